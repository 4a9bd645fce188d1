"""The doors into the guest that the zygote uses: warm up before the fork, serve after it."""

import importlib.util
import os
import random
import sys
from pathlib import Path
from typing import Any

from replwright.repl.guest import capture, imports, main, outputs, wire

_HEAVY = ("numpy", "pandas", "pyarrow", "pyarrow.compute", "pyarrow.csv", "pyarrow.parquet", "openpyxl")


def warm() -> None:
    """Import what nearly every job imports and touch it once, so that its first use in a REPL is not slow.

    Packages that the operator left out of the guest's environment are left out here too.
    """
    for name in _HEAVY:
        if importlib.util.find_spec(name.split(".")[0]):
            importlib.import_module(name)
    imports.learn_what_is_installed()
    if "pandas" in sys.modules:
        _touch_pandas()


def serve(channel: int, inputs: str, scratch: str) -> None:
    """Run the one job that the channel brings, in a process that is confined already."""
    _settle(scratch)
    wire.send(channel, {"ready": True})
    job = wire.receive(channel)
    if job is None:
        return
    report = main.run(job, inputs)
    capture.flush()
    try:
        outputs.send(channel, Path("outputs"), job["limits"]["artifact_bytes"])
        capture.flush()
        report.send(channel)
    except MemoryError:
        wire.send_prepared(channel, main.NO_MEMORY)


def tell(channel: int, message: dict[str, Any]) -> None:
    """Tell the host something else than a result; nothing of a job runs in this process."""
    wire.send(channel, message)


def _settle(scratch: str) -> None:
    for folder in ("outputs", ".home"):
        os.mkdir(folder)
    os.environ.clear()
    home = os.path.join(scratch, ".home")
    os.environ.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=home, MPLBACKEND="Agg", LANG="C.UTF-8", OMP_NUM_THREADS="1")
    capture.open_streams()
    # Every REPL is a copy of one zygote: without this they would all draw the same random numbers.
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _touch_pandas() -> None:
    import io

    import pandas as pd

    pd.set_option("display.width", 160)
    pd.set_option("display.max_columns", 40)
    text = "group,number,when\n" + "a,1,2024-01-01\nb,2.5,2024-01-02\n" * 20
    frame = pd.read_csv(io.StringIO(text))
    repr(frame.groupby("group")["number"].agg(["mean", "sum"]))
    repr(frame.describe(include="all"))
    pd.to_datetime(frame["when"])
    frame["group"].value_counts()
    frame.sort_values("number").head()
