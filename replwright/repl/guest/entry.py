"""The doors into the guest that the zygote uses: warm up before the fork, serve after it."""

import importlib
import importlib.util
import os
import random
import sys
from typing import Any

from replwright.repl.guest import capture, imports, main, rehearsal, wire

# What nearly every job imports, and what small ones do.
_STANDARD = (
    "collections",
    "csv",
    "datetime",
    "decimal",
    "fractions",
    "functools",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "textwrap",
    "time",
    "typing",
)
_DATA = ("numpy", "pandas", "pyarrow", "pyarrow.compute", "pyarrow.csv", "pyarrow.parquet", "openpyxl", "cloudpickle")
_PLOT = ("matplotlib", "matplotlib.pyplot", "matplotlib.dates", "scipy", "scipy.stats", "scipy.optimize")
_WARM = {"bare": _STANDARD, "data": (*_STANDARD, *_DATA), "plot": (*_STANDARD, *_DATA, *_PLOT)}
_own_home: str | None = None


def warm(flavour: str, writable: str) -> None:
    """Import what nearly every job of `flavour` imports and touch it once, so that its first use is not slow.

    Packages that the operator left out of the guest's environment are left out here too. `writable` is a folder.
    """
    os.environ["MPLCONFIGDIR"] = writable
    for name in _WARM[flavour]:
        if importlib.util.find_spec(name.split(".")[0]):
            importlib.import_module(name)
    imports.learn_what_is_installed()
    if "pandas" in sys.modules:
        _touch_pandas()
    if "matplotlib.pyplot" in sys.modules:
        _touch_matplotlib()
    rehearsal.rehearse(flavour, writable)


def learn_places(scratch: str | None) -> None:
    """Set the environment of the REPLs to come, in the zygote. `scratch` is theirs where they all call it the same."""
    global _own_home
    os.environ.clear()
    os.environ.update(MPLBACKEND="Agg", LANG="C.UTF-8", OMP_NUM_THREADS="1")
    if scratch is not None:
        _set_home(scratch)
    _own_home = scratch


def serve(channel: int, inputs: str, scratch: str, ahead: bool) -> None:
    """Settle a process that is confined already, say so, and run what the channel brings.

    `ahead`: no job waits for it yet.
    """
    _settle(scratch)
    wire.send_prepared(channel, _READY)
    main.serve_jobs(channel, inputs, ahead=ahead)


def tell(channel: int, message: dict[str, Any]) -> None:
    """Tell the host something else than a result; nothing of a job runs in this process."""
    wire.send(channel, message)


def load_table(name: str, descriptor: int) -> None:
    """In a template: read a table for every REPL to come. The descriptor is closed; raises what reading raises."""
    from replwright.repl.guest import shared

    try:
        shared.LOADED[name] = shared.load(descriptor)
    finally:
        os.close(descriptor)


def _settle(scratch: str) -> None:
    os.mkdir("outputs")
    os.mkdir(_HOME)
    if scratch != _own_home:
        _set_home(scratch)
    capture.open_streams()
    # Every REPL is a copy of one zygote: without this they would all draw the same random numbers.
    random.seed()
    if numpy := sys.modules.get("numpy"):
        words = numpy.frombuffer(os.urandom(_MT19937_BYTES), dtype="uint32")
        numpy.random.set_state(("MT19937", words, len(words)))


def _set_home(scratch: str) -> None:
    home = os.path.join(scratch, _HOME)
    os.environ.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=home)


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


def _touch_matplotlib() -> None:
    """Draw once: it builds the list of fonts, which REPLs then find in memory."""
    import io

    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.plot([1, 2], [1, 2])
    pyplot.title("warm")
    pyplot.savefig(io.BytesIO(), format="png")
    pyplot.close("all")


_HOME = ".home"
_MT19937_BYTES = 624 * 4
_READY = wire.prepare({"ready": True})
