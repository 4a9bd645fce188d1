"""The documents' design, to be compared with: a Ray actor for each REPL, `exec` inside it. It isolates nothing."""

import time
from typing import Any

import ray

from benchmarks.memory import pss_bytes

PANDAS = "import pandas as pd\nresult = pd.Series(range(1000)).sum()"

_WAVE = 5


class ExecActor:
    """Keeps variables between calls, as the documents' REPLActor does."""

    def __init__(self) -> None:
        self._namespace: dict[str, Any] = {}

    def execute(self, code: str) -> Any:
        exec(code, self._namespace)
        return self._namespace.get("result")


def live(count: int, ray_head: int) -> tuple[float, int]:
    """Seconds until `count` actors have used pandas, and the bytes that they add to the processes of Ray."""
    before = pss_bytes([ray_head])
    started = time.perf_counter()
    actors: list[Any] = []
    # Fifty processes that start at once keep two cores so busy that the head takes its own node for dead.
    while len(actors) < count:
        wave = [_new() for _ in range(min(_WAVE, count - len(actors)))]
        ray.get([actor.execute.remote(PANDAS) for actor in wave])
        actors += wave
    spent = time.perf_counter() - started
    held = pss_bytes([ray_head]) - before
    for actor in actors:
        ray.kill(actor)
    return spent, held


def calls_a_second(count: int = 2000) -> float:
    """One actor, many calls at once: what the design gives for one-shot tasks that share everything."""
    actor = _new()
    ray.get(actor.execute.remote("result = 1 + 1"))
    started = time.perf_counter()
    ray.get([actor.execute.remote("result = 1 + 1") for _ in range(count)])
    spent = time.perf_counter() - started
    ray.kill(actor)
    return count / spent


def one_call_ms(count: int = 500) -> list[float]:
    """A call of a bare actor, one after the other."""
    actor = _new()
    ray.get(actor.execute.remote("result = 1 + 1"))
    spent = []
    for _ in range(count):
        started = time.perf_counter()
        ray.get(actor.execute.remote("result = 1 + 1"))
        spent.append((time.perf_counter() - started) * 1000)
    ray.kill(actor)
    return spent


def _new() -> Any:
    actor: Any = ray.remote(ExecActor)
    return actor.options(num_cpus=0).remote()
