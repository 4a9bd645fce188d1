"""How many one-shot tasks a second, each in a fresh REPL, through the pool? Far beyond what is kept ready."""

import os
import time
from collections.abc import Callable

from benchmarks import actor_design
from benchmarks.report import Measured
from orchestration.repl_job import ReplJob
from orchestration.states import EngineName
from replwright.repl.pool.ray_pool import RayREPLPool

BARE = "1 + 1"
DATA = "import pandas as pd\npd.Series([1, 2, 3]).sum()"
ROUNDS = 5
FLOOR = "fork, exit and wait of this Python"
DESIGN = "a Ray actor's exec, neither fresh nor isolated"


def measure(pool: RayREPLPool) -> list[Measured]:
    """Tasks a second; the median of ROUNDS."""
    floor = [_rate(lambda: _fork(300), 300) for _ in range(ROUNDS)]
    design = [actor_design.calls_a_second() for _ in range(ROUNDS)]
    bare = [_ours(pool, ReplJob(BARE, engine=EngineName.CPYTHON), 400, "2") for _ in range(ROUNDS)]
    data = [_ours(pool, ReplJob(DATA, engine=EngineName.CPYTHON), 200, None) for _ in range(ROUNDS)]
    rust = [_ours(pool, ReplJob(BARE, engine=EngineName.RUST, group="bench"), 4000, "2") for _ in range(ROUNDS)]
    return [
        Measured(FLOOR, "/s", floor),
        Measured(DESIGN, "/s", design),
        Measured("cpython, bare", "/s", bare, FLOOR),
        Measured("cpython, with pandas", "/s", data, FLOOR),
        Measured("rust, one orchestration", "/s", rust, DESIGN),
    ]


def _ours(pool: RayREPLPool, job: ReplJob, count: int, value: str | None) -> float:
    def run() -> None:
        outcomes = pool.run_jobs([job] * count)
        wrong = [one for one in outcomes if not one.is_success or (value is not None and one.value != value)]
        assert not wrong, wrong[0]

    return _rate(run, count)


def _rate(work: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def _fork(times: int) -> None:
    for _ in range(times):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
