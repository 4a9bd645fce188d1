"""What an exception of the job's code is called, and its traceback with the job's own frames only."""

import errno
import linecache
import sys
import traceback
import zlib

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


def remember_source(code: str, *, kept: bool) -> str:
    """Let tracebacks show the lines of `code`; the file name to compile it under.

    In a REPL that is kept each job has a name of its own, also beyond a restore: functions of earlier jobs live on.
    """
    name = f"<repl {zlib.crc32(code.encode(errors='replace')):08x}>" if kept else FILENAME
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    return name


def is_own(filename: str) -> bool:
    """Whether this is code of a job."""
    return filename.startswith("<repl")


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
    told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if is_own(frame.filename)])
    for link in ("__cause__", "__context__"):
        inner = getattr(told, link)
        if inner is not None:
            setattr(told, link, _own(inner) if _passed_through(inner) else None)
    return told


def _passed_through(told: traceback.TracebackException) -> bool:
    return any(is_own(frame.filename) for frame in told.stack)


def write(text: str) -> None:
    """Add to the job's standard error, even if the job replaced it."""
    stream = sys.__stderr__
    if stream is not None:
        stream.write(text)
        stream.flush()
