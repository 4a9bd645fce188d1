"""200 REPLs over one table of 300 MB: how long until each has answered, and what do they hold together?"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.memory import pss_bytes
from benchmarks.report import Measured
from orchestration.limits import TaskLimits
from orchestration.ports import Engine
from orchestration.repl_job import InputFile, ReplJob
from orchestration.states import EngineName
from replwright.repl.engine import engine_of, memory_of
from replwright.settings import Settings

REPLS = 200
ROWS = 4_700_000
MB = 1024**2
ONE_COLUMN = "round(float(inputs_df['table'].loc[inputs_df['table']['a'] % 200 == context, 'price'].mean()), 6)"
EVERY_TEXT = "sum(int(inputs_df['table'][name].str.len().sum()) for name in ('region', 'maker', 'note'))"
COPIES = "200 copies"


def measure() -> list[Measured]:
    """Seconds and MB (PSS of the engine's process, zygotes, template and REPLs), once each."""
    with tempfile.TemporaryDirectory(prefix="rw-bench-") as folder:
        Path(folder).chmod(0o711)
        path = Path(folder) / "table.parquet"
        frame = _table()
        frame.to_parquet(path)
        path.chmod(0o444)
        size = int(frame.memory_usage(deep=True).sum())
        del frame
        found = asyncio.run(_run(Path(folder), path))
    rows = [Measured(COPIES, "MB", [REPLS * size / MB], note=f"computed: {REPLS} x {size / MB:.0f} MB in pandas")]
    for name, (seconds, held) in found.items():
        rows.append(Measured(f"{REPLS} REPLs, {name}: all answered", "s", [seconds]))
        rows.append(Measured(f"{REPLS} REPLs, {name}: memory", "MB", [held / MB], COPIES))
    return rows


async def _run(folder: Path, path: Path) -> dict[str, tuple[float, int]]:
    settings = Settings()
    engine = engine_of(settings, folder / "scratch", memory_of(settings))
    await engine.start()
    try:
        return {
            "the mean of one column": await _together(engine, path, ONE_COLUMN, "one"),
            "the length of every text": await _together(engine, path, EVERY_TEXT, "text"),
        }
    finally:
        await engine.stop()


async def _together(engine: Engine, path: Path, code: str, group: str) -> tuple[float, int]:
    """Every REPL answers and then waits for the others, so that all are live when they are weighed."""
    arrived, weighed = 0, asyncio.Event()

    async def serve(_name: str, _args: Sequence[Any], _named: dict[str, Any]) -> None:
        nonlocal arrived
        arrived += 1
        if arrived == REPLS:
            all_there.set()
        await weighed.wait()

    all_there = asyncio.Event()
    started = time.perf_counter()
    jobs = [
        ReplJob(
            f"answer = {code}\narrived()\nanswer",
            context_data=str(number),
            inputs=(InputFile("table", path, "parquet"),),
            limits=TaskLimits(timeout_s=120),
            engine=EngineName.CPYTHON,
            group=group,
            group_size=REPLS,
            functions=("arrived",),
        )
        for number in range(REPLS)
    ]
    running = [asyncio.create_task(engine.run(job, serve)) for job in jobs]
    waiting = asyncio.create_task(all_there.wait())
    await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
    spent = time.perf_counter() - started
    held = await asyncio.to_thread(pss_bytes, [os.getpid()])
    weighed.set()
    outcomes = await asyncio.gather(*running)
    assert all(one.is_success for one in outcomes), next(one for one in outcomes if not one.is_success)
    await engine.end_group(group)
    return spent, held


def _table() -> pd.DataFrame:
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "a": np.arange(ROWS),
            "price": random.normal(50_000, 9_000, ROWS),
            "year": random.integers(1990, 2027, ROWS),
            "region": pd.Series(random.choice(["North", "South", "East", "West"], ROWS), dtype="str"),
            "maker": pd.Series(random.choice([f"maker {n}" for n in range(500)], ROWS), dtype="str"),
            "note": pd.Series(random.choice(["as new", "one owner", "needs work"], ROWS), dtype="str"),
        }
    )
