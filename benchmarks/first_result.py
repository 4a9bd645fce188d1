"""How long from a job to the first result of a fresh REPL? Ready or cold; beside it, other ways to a fresh Python."""

import asyncio
import json
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report import Measured
from orchestration.repl_job import ReplJob
from orchestration.states import EngineName
from replwright.repl.engine import engine_of, memory_of
from replwright.repl.host.engines import Engines
from replwright.repl.host.guest_python import find_guest_python
from replwright.settings import Settings, load

BARE = ReplJob("1 + 1", engine=EngineName.CPYTHON)
DATA = ReplJob("import pandas as pd\npd.Series([1, 2, 3]).sum()", engine=EngineName.CPYTHON)
RUST = ReplJob("1 + 1", engine=EngineName.RUST)
COUNT = 100
COLD_PANDAS = "python -c 'import pandas'"
PAUSE_S = 0.03


def measure(bench_python: Path) -> list[Measured]:
    """Milliseconds, one job at a time, each in a fresh REPL; `bench_python` has ipykernel."""
    guest = str(find_guest_python(load().guest_python))
    pandas = [_ms(lambda: subprocess.run([guest, "-c", "import pandas"], check=True)) for _ in range(5)]
    kernel = subprocess.run(
        [str(bench_python), str(Path(__file__).parent / "kernel_start.py")], check=True, capture_output=True, text=True
    )
    ready = asyncio.run(_engine(Settings(ready_plot=0), ready=True))
    cold = asyncio.run(_engine(Settings(), ready=False))
    return [
        Measured(COLD_PANDAS, "ms", pandas),
        Measured("ipykernel, start to `1 + 1`", "ms", json.loads(kernel.stdout), COLD_PANDAS),
        Measured("ready, bare: `1 + 1`", "ms", ready["bare"], COLD_PANDAS),
        Measured("ready, data: the sum of a Series", "ms", ready["data"], COLD_PANDAS),
        Measured("cold, bare: `1 + 1`", "ms", cold["bare"], COLD_PANDAS),
        Measured("cold, data: the sum of a Series", "ms", cold["data"], COLD_PANDAS),
        Measured("rust: `1 + 1`", "ms", ready["rust"], COLD_PANDAS),
    ]


async def _engine(settings: Settings, *, ready: bool) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory(prefix="rw-bench-") as folder:
        Path(folder).chmod(0o711)
        engine = engine_of(settings, Path(folder), memory_of(settings), ready=ready)
        await engine.start()
        try:
            jobs = {"bare": (BARE, "2"), "data": (DATA, "np.int64(6)"), "rust": (RUST, "2")}
            full = settings.ready_bare + settings.ready_data if ready else 0, settings.ready_rust if ready else 0
            return {name: await _times(engine, *job, full) for name, job in jobs.items() if ready or name != "rust"}
        finally:
            await engine.stop()


async def _times(engine: Engines, job: ReplJob, value: str, full: tuple[int, int]) -> list[float]:
    """Each job comes when the ready sets hold `full` REPLs and workers again, and the machine has come to rest."""
    spent = []
    for _ in range(COUNT + 5):
        while engine.stats()["ready"] < full[0] or engine.stats()["rust_ready"] < full[1]:
            await asyncio.sleep(PAUSE_S)
        await asyncio.sleep(PAUSE_S)
        started = time.perf_counter()
        outcome = await engine.run(job)
        spent.append((time.perf_counter() - started) * 1000)
        assert outcome.value == value, outcome
    return spent[5:]


def _ms(call: object) -> float:
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return (time.perf_counter() - started) * 1000
