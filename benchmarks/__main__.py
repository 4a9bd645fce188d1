"""`make bench`: every question, or those named: `python -m benchmarks overhead`."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import first_result, front_door, overhead, shared_table
from benchmarks.report import Measured, publish
from replwright.local import stack
from replwright.local.endpoints import Endpoints
from replwright.settings import Settings
from tests.support.scripted_model import ScriptedModel

BENCH_PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"
ON_A_STACK = ("overhead", "warm_run")
THROUGH_RAY = ("next_snippet", "throughput", "live")
ALONE: dict[str, Callable[[], list[Measured]]] = {
    "first_result": lambda: first_result.measure(BENCH_PYTHON),
    "shared_table": shared_table.measure,
    "cold_run": front_door.cold,
}
QUESTIONS = (*ON_A_STACK, *THROUGH_RAY, *ALONE)
MOST_LIVE = 1100


def main(names: list[str]) -> None:
    wanted = names or list(QUESTIONS)
    if unknown := set(wanted) - set(QUESTIONS):
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    if asked := [name for name in ON_A_STACK if name in wanted]:
        _on_a_stack(asked)
    if asked := [name for name in THROUGH_RAY if name in wanted]:
        _through_ray(asked)
    for name, measure in ALONE.items():
        if name in wanted:
            publish(name, measure())


def _on_a_stack(wanted: list[str]) -> None:
    with ScriptedModel(overhead.script) as model, tempfile.TemporaryDirectory(prefix="rw-bench-") as folder:
        os.environ |= {
            "REPLWRIGHT_MODEL": "scripted",
            "REPLWRIGHT_MODEL_BASE_URL": model.base_url,
            "REPLWRIGHT_MODEL_API_KEY": "none",
        }
        with _stack(Settings(home=Path(folder))) as (_, endpoints):
            os.environ |= endpoints.environ()
            if "overhead" in wanted:
                publish("overhead", overhead.measure(endpoints, model))
            if "warm_run" in wanted:
                publish("warm_run", front_door.warm(endpoints))
            for name in endpoints.environ():
                del os.environ[name]


def _through_ray(wanted: list[str]) -> None:
    """In a process of its own: Ray reads its token once, when it is first imported."""
    with tempfile.TemporaryDirectory(prefix="rw-bench-") as folder:
        Path(folder).chmod(0o711)
        with _stack(Settings(home=Path(folder), max_live=MOST_LIVE, model="offline")) as (ray_head, endpoints):
            asking = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.through_ray", str(ray_head), *wanted],
                env=os.environ | endpoints.environ(),
                stdout=subprocess.PIPE,
                text=True,
            )
            assert asking.stdout is not None
            for line in asking.stdout:
                if not line.startswith("{"):
                    # Ray speaks here too.
                    continue
                for name, rows in json.loads(line).items():
                    publish(name, [Measured(**row) for row in rows])
            if asking.wait():
                sys.exit(f"benchmarks.through_ray ended with exit code {asking.returncode}")


@contextmanager
def _stack(settings: Settings) -> Iterator[tuple[int, Endpoints]]:
    """A whole stack: the pid of its Ray head, and where it listens."""
    endpoints = stack.ensure(settings, stops_when_idle=False, ends_with_caller=True)
    try:
        state = stack.current(settings)
        assert state is not None
        yield state.services["ray"].pid, endpoints
    finally:
        stack.stop(settings)


if __name__ == "__main__":
    main(sys.argv[1:])
