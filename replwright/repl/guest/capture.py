"""Standard output and error: text streams over the pipes that the host drains and bounds.

C code that writes to the descriptors lands in the same pipes, in the same order. Line by line, so that what was
printed before a kill is not lost.
"""

import io
import sys


def open_streams() -> None:
    """Point sys.stdout and sys.stderr at descriptors 1 and 2."""
    sys.stdin = io.StringIO()
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    # A job may replace the two above; these are for what is said after it.
    setattr(sys, "__stdout__", sys.stdout)  # noqa: B010 - typeshed calls it final
    setattr(sys, "__stderr__", sys.stderr)  # noqa: B010


def flush() -> None:
    """Push out what is buffered, whatever the job did to the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: S112 - the job may have closed or replaced it
            continue


def _stream(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=True)
