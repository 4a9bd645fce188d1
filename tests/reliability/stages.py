"""What `make faults` runs, one after another. Each stage says what it proves, and returns a verdict."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reliability import outcomes
from tests.reliability.mutants import MUTANTS, Mutant
from tests.support.own_servers import BROKER, POSTGRES
from tests.support.rabbitmq import PROGRAMS as RABBITMQ
from tests.support.seeds import VARIABLE

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
# Marked tests are left out of ordinary runs by addopts; an empty expression takes them back in.
ALL_OF_THEM = ("-m", "")
# Tests wait most of their time. Long files come first in the order of their names.
IN_PARALLEL = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
AT_ONCE = 2
MUTANT_SCHEDULES = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """`green` None: it was not run, and `why` says what it takes. `counts` are kept."""

    green: bool | None
    why: str
    counts: Mapping[str, Any] = field(default_factory=dict)


def faults(seed: int) -> Verdict:
    """Every fault of docs/reliability, slow ones too, and every order of two writers."""
    chosen = ["tests/faults", "tests/interleavings", *ALL_OF_THEM, *IN_PARALLEL]
    return _verdict(outcomes.run(chosen, {VARIABLE: str(seed)}, echo=True))


def machine(seed: int, schedules: int) -> Verdict:
    """Schedules of everything that may happen, on the real rows."""
    with tempfile.TemporaryDirectory(prefix="rw-tally-") as folder, ThreadPoolExecutor(AT_ONCE) as threads:
        tallies = [Path(folder) / f"{number}.json" for number in range(AT_ONCE)]
        each = -(-schedules // AT_ONCE)
        runs = [
            threads.submit(_schedules, seed + number, each, tally) for number, tally in enumerate(tallies)
        ]  # fmt: skip
        ended = [run.result() for run in runs]
        injected = sum((Counter(json.loads(tally.read_text())) for tally in tallies if tally.exists()), Counter[str]())
    for run in ended:
        if run.code:
            print(run.tail)
    done = injected.pop("schedules", 0)
    green = all(run.code == 0 for run in ended) and done >= schedules
    return Verdict(green, f"{done} schedules, {sum(injected.values())} faults", {"schedules": done, **injected})


def _schedules(seed: int, count: int, tally: Path) -> outcomes.Run:
    environ = {VARIABLE: str(seed), "REPLWRIGHT_TEST_SCHEDULES": str(count), "REPLWRIGHT_TEST_TALLY": str(tally)}
    return outcomes.run(["tests/machine", "-o", "timeout=3600"], environ)


def mutants(seed: int) -> Verdict:
    """Without a safeguard, the tests that are named for it fail."""
    environ = {VARIABLE: str(seed), "REPLWRIGHT_TEST_SCHEDULES": str(MUTANT_SCHEDULES), "REPLWRIGHT_TEST_SHRINK": "0"}
    tests = sorted({test for mutant in MUTANTS for test in mutant.tests})
    sound = outcomes.run([*tests, *ALL_OF_THEM, "-n", str(AT_ONCE), "--dist", "loadfile"], environ)
    failing = [test for test in tests if sound.of(test) != {outcomes.PASSED}]
    if failing:
        print(sound.tail)
        return Verdict(False, f"they fail without any mutant: {', '.join(failing)}")
    with ThreadPoolExecutor(AT_ONCE) as threads:
        missed = [name for name in threads.map(lambda mutant: _survives(mutant, environ), MUTANTS) if name]
    why = f"{len(MUTANTS) - len(missed)} of {len(MUTANTS)} caught by {len(tests)} tests"
    return Verdict(not missed, f"{why}{': not ' if missed else ''}{', '.join(missed)}", {"mutants": len(MUTANTS)})


def _survives(mutant: Mutant, environ: Mapping[str, str]) -> str | None:
    """Its name, if a test that should fail does not, or could not even be run."""
    plugin = ["-p", "tests.reliability.mutating", "--mutant", mutant.name]
    run = outcomes.run([*plugin, *mutant.tests, *ALL_OF_THEM], environ)
    alive = [test for test in mutant.tests if run.of(test) != {outcomes.FAILED}]
    print(f"    {mutant.name}: {mutant.what}: {'NOT caught by ' + ', '.join(alive) if alive else 'caught'}", flush=True)
    if alive:
        print(run.tail)
    return mutant.name if alive else None


def other_servers(seed: int) -> Verdict:
    """The fast faults on Debian's RabbitMQ and PostgreSQL 15."""
    environ, missing = {VARIABLE: str(seed)}, []
    if RABBITMQ.exists():
        environ[BROKER] = "rabbitmq"
    else:
        missing.append("rabbitmq-server")
    if POSTGRES_15.exists():
        environ[POSTGRES] = str(POSTGRES_15)
    else:
        missing.append("postgresql-15")
    lacking = f"not run: apt-get install {' '.join(missing)}" if missing else ""
    if len(environ) == 1:
        return Verdict(None, lacking)
    verdict = _verdict(outcomes.run(["tests/faults"], environ, echo=True))
    return Verdict(verdict.green, "; ".join(filter(None, (verdict.why, lacking))), verdict.counts)


def soak(seed: int, minutes: float, out: Path) -> Verdict:
    """Hundreds of jobs under random kills."""
    command = [sys.executable, "-m", "tests.reliability.soak", "--minutes", str(minutes), "--seed", str(seed)]
    process = subprocess.Popen([*command, "--out", str(out)], text=True, env=os.environ)
    with outcomes.child(process):
        code = process.wait()
    figures = json.loads(out.read_text()) if out.exists() else {}
    hit = int(figures.get("faults_hit", 0))
    return Verdict(code == 0 and bool(figures), f"{hit} faults in {minutes:g} minutes: {out}", {"faults": hit})


def _verdict(run: outcomes.Run) -> Verdict:
    counts = {name: run.count(name) for name in (outcomes.PASSED, outcomes.FAILED, outcomes.ERROR, outcomes.SKIPPED)}
    why = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing was run"
    green = run.code == 0 and counts[outcomes.PASSED] > 0 and not counts[outcomes.SKIPPED]
    return Verdict(green, why, counts)
