"""Why a variable is not in a snapshot, in words for people."""

import io
import pickle
import types
from typing import Any

MAX_NAMED = 50
_MAX_TEXT = 200
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (io.IOBase, "an open file"),
    (types.GeneratorType, "a generator"),
    ((types.CoroutineType, types.AsyncGeneratorType), "a coroutine"),
    ((types.FrameType, types.TracebackType), "a place in running code"),
)
_BY_NAME = {
    "lock": "a lock",
    "RLock": "a lock",
    "Thread": "a thread",
    "local": "data of a thread",
    "socket": "a socket",
    "Match": "a match of a regular expression",
    "Connection": "a connection",
    "ExcelFile": "an open file",
    "ParquetFile": "an open file",
    "ZipFile": "an open file",
}


def reason(name: str, value: Any, culprit: Any, error: BaseException) -> str:
    """`f (an open file)`, `d (it holds a generator)`, or what was raised; never raises."""
    try:
        why = _why(value, culprit, error)
    except Exception:
        why = "it cannot be saved"
    return f"{_plain(name, 100)} ({_plain(why, _MAX_TEXT)})"


def _why(value: Any, culprit: Any, error: BaseException) -> str:
    if isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError):
        return "it is nested too deeply"
    kind = _kind(culprit)
    if kind is not None and isinstance(error, (TypeError, pickle.PicklingError)):
        return kind if culprit is value else f"it holds {kind}"
    if isinstance(error, (TypeError, pickle.PicklingError)) and str(error).startswith("cannot pickle"):
        what = f"a {type(culprit).__name__}, which cannot be saved"
        return what if culprit is value else f"it holds {what}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _kind(culprit: Any) -> str | None:
    for types_, words in _KINDS:
        if isinstance(culprit, types_):
            return words
    return _BY_NAME.get(type(culprit).__name__)


def _plain(text: str, most: int) -> str:
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return line if len(line) <= most else line[: most - 3] + "..."
