"""What does the next snippet in a live REPL cost through Ray, beside a call of a bare actor?"""

import time

from benchmarks import actor_design
from benchmarks.report import Measured
from orchestration.repl_job import ReplJob
from orchestration.states import EngineName
from replwright.repl.pool.ray_pool import RayREPLPool

BARE = "a call of a bare Ray actor"
COUNT, SESSION_COUNT = 500, 100


def measure(pool: RayREPLPool) -> list[Measured]:
    """Milliseconds, one call after the other."""
    repl = pool.open("bench-next")
    repl.run(ReplJob("x = 1"))
    live = [_ms(lambda: repl.run(ReplJob("x += 1", engine=EngineName.CPYTHON))) for _ in range(COUNT)]
    assert repl.run(ReplJob("x")).value == str(COUNT + 1)
    session = "bench-session"
    pool.execute("x = 1", session)
    kept = [_ms(lambda: pool.execute("x += 1", session)) for _ in range(SESSION_COUNT)]
    return [
        Measured(BARE, "ms", actor_design.one_call_ms(COUNT)),
        Measured("the next snippet in a live REPL", "ms", live, BARE),
        Measured("the same in a session", "ms", kept, BARE, "its state is committed to Postgres after each"),
    ]


def _ms(call: object) -> float:
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return (time.perf_counter() - started) * 1000
