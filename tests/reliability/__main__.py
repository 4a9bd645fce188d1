"""`make faults [SEED=n] [SOAK=minutes] [KEEP=1]`: what the promises rest on, stage by stage. Exit code 0: all green."""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.reliability import outcomes, stages
from tests.reliability.stages import Verdict

ROOT = Path(__file__).parents[2]
KEPT, PASSING = ROOT / "docs" / "reliability" / "runs", ROOT / ".replwright" / "reliability"
SCHEDULES = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="end with a soak")
    parser.add_argument("--keep", action="store_true", help=f"keep the summary in {KEPT.relative_to(ROOT)}")
    parser.add_argument("--schedules", type=int, default=SCHEDULES, help="of the machine")
    parser.add_argument("--only", nargs="+", metavar="STAGE", help="faults, machine, mutants, other_servers, soak")
    options = parser.parse_args()
    seed = options.seed
    out = (KEPT if options.keep else PASSING) / f"{time.strftime('%Y-%m-%d-%H%M')}-seed-{seed}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    minutes = options.soak or 5.0
    known: dict[str, Callable[[], Verdict]] = {
        "faults": lambda: stages.faults(seed),
        "machine": lambda: stages.machine(seed, options.schedules),
        "mutants": lambda: stages.mutants(seed),
        "other_servers": lambda: stages.other_servers(seed),
        "soak": lambda: stages.soak(seed, minutes, out.with_suffix(".soak.json")),
    }
    chosen = options.only or [name for name in known if name != "soak" or options.soak]
    if unknown := set(chosen) - known.keys():
        parser.error(f"no such stage: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    print(f"seed {seed} (SEED={seed} repeats it)", flush=True)
    summary = {name: _stage(name, getattr(stages, name).__doc__, known[name]) for name in chosen}
    _table(summary)
    out.write_text(json.dumps({"seed": seed, "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "stages": summary}, indent=1))
    print(f"summary: {out.relative_to(ROOT)}")
    return 0 if all(stage["verdict"] != "red" for stage in summary.values()) else 1


def _stage(name: str, headline: str, run: Callable[[], Verdict]) -> Mapping[str, object]:
    print(f"\n== {name}: {headline}", flush=True)
    began = time.monotonic()
    verdict = run()
    seconds = round(time.monotonic() - began)
    word = {True: "green", False: "red", None: "not run"}[verdict.green]
    print(f"-- {name}: {word}: {verdict.why} ({seconds} s)", flush=True)
    return {"verdict": word, "why": verdict.why, "seconds": seconds, "counts": dict(verdict.counts)}


def _table(summary: Mapping[str, Mapping[str, object]]) -> None:
    print()
    for name, stage in summary.items():
        print(f"{name:14} {stage['verdict']:8} {stage['seconds']:>6} s  {stage['why']}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        outcomes.end_all()
        sys.exit("interrupted")
