"""What an exception of the job's code is called, and its traceback with the job's own frames only."""

import errno
import linecache
import sys
import traceback

FILENAME = "<repl>"
_MAX_TRACEBACK = 8192
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


def kind_of(error: BaseException) -> str:
    """The error kind: `out_of_memory`, `output_limit`, `denied` or `exception`."""
    if isinstance(error, MemoryError) or "C error: out of memory" in str(error):
        return "out_of_memory"
    if isinstance(error, OSError) and error.errno in _FULL:
        return "output_limit"
    if isinstance(error, PermissionError) or type(error).__name__ == "NotAvailable":
        return "denied"
    return "exception"


def remember_source(code: str) -> None:
    """Let tracebacks show the lines of `code`."""
    linecache.cache[FILENAME] = (len(code), None, code.splitlines(keepends=True), FILENAME)


def tell(error: BaseException) -> str:
    """The traceback in at most 8 kB: the job's frames, and of a chain only the errors that passed through them."""
    try:
        told = traceback.TracebackException.from_exception(error, limit=-200)
        text = "".join(_own(told).format())
    except Exception:
        text = f"{type(error).__name__} (it could not be shown)\n"
    if len(text) > _MAX_TRACEBACK:
        text = f"{text[: _MAX_TRACEBACK // 2]}\n[...]\n{text[-_MAX_TRACEBACK // 2 :]}"
    return text


def _own(told: traceback.TracebackException) -> traceback.TracebackException:
    told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if frame.filename == FILENAME])
    for link in ("__cause__", "__context__"):
        inner = getattr(told, link)
        if inner is not None:
            setattr(told, link, _own(inner) if _passed_through(inner) else None)
    return told


def _passed_through(told: traceback.TracebackException) -> bool:
    return any(frame.filename == FILENAME for frame in told.stack)


def write(text: str) -> None:
    """Add to the job's standard error, even if the job replaced it."""
    stream = sys.__stderr__
    if stream is not None:
        stream.write(text)
        stream.flush()
