"""How long until N REPLs that have used pandas are live, and what do they hold? Beside it, a Ray actor for each."""

import time
import uuid

from benchmarks import actor_design
from benchmarks.memory import pss_bytes
from benchmarks.report import Measured
from orchestration.repl_job import ReplJob
from replwright.repl.pool.calls import get
from replwright.repl.pool.ray_pool import RayREPLPool

USE = "import pandas as pd\npd.Series(range(1000)).sum()"
COUNTS = (10, 50, 200, 1000)
ACTORS = (10, 50)
EXTRAPOLATED = 200
MB = 1024**2


def measure(pool: RayREPLPool, ray_head: int) -> list[Measured]:
    """Seconds and MB (PSS of Ray, host, zygotes and REPLs together), once each."""
    # Ours first: what is left of killed actors would be counted as ours.
    ours = {count: _ours(pool, count, ray_head) for count in COUNTS}
    actors = {count: actor_design.live(count, ray_head) for count in ACTORS}
    few, many = ACTORS
    by = (EXTRAPOLATED - many) / (many - few)
    guessed = [last + by * (last - first) for first, last in zip(actors[few], actors[many], strict=True)]
    measured = []
    for count, (seconds, held) in actors.items():
        measured += _rows(f"{count} live, a Ray actor each", seconds, held, note="what they add to Ray")
    measured += _rows(f"{EXTRAPOLATED} live, a Ray actor each", guessed[0], guessed[1], note="from 10 and 50")
    for count, (seconds, held) in ours.items():
        beside = f"{count} live, a Ray actor each" if count in (*ACTORS, EXTRAPOLATED) else None
        measured += _rows(f"{count} live REPLs", seconds, held, beside)
    return measured


def _ours(pool: RayREPLPool, count: int, ray_head: int) -> tuple[float, int]:
    """As many live REPLs, none durable; the bytes are those of the whole: Ray, the host, zygotes and REPLs."""
    started = time.perf_counter()
    repls = [pool.open(f"bench-{uuid.uuid4().hex}") for _ in range(count)]
    outcomes = get([repl.send(ReplJob(USE)) for repl in repls])
    spent = time.perf_counter() - started
    assert all(outcome.value_json == "499500" for outcome in outcomes), next(
        o for o in outcomes if o.value_json != "499500"
    )
    [stats] = pool.stats()
    assert stats["live"] >= count, stats
    held = pss_bytes([ray_head])
    get([repl.end() for repl in repls])
    return spent, held


def _rows(name: str, seconds: float, held: float, against: str | None = None, note: str = "") -> list[Measured]:
    ready, memory = f"{name}: ready", f"{name}: memory"
    return [
        Measured(ready, "s", [seconds], against and f"{against}: ready", note),
        Measured(memory, "MB", [held / MB], against and f"{against}: memory", note),
    ]
