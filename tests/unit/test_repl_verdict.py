"""How a REPL that left no result is judged."""

import signal

import pytest

from orchestration.limits import TaskLimits
from orchestration.states import ErrorKind
from replwright.repl.host import verdict
from replwright.repl.host.zygote import Ended

MB = 1024**2
LIMITS = TaskLimits(memory_bytes=100 * MB)
ZYGOTE = 120 * MB


@pytest.mark.parametrize(
    ("ended", "kind", "line"),
    [
        (None, ErrorKind.CRASHED, "the process that REPLs are forked from ended"),
        (Ended(0, ZYGOTE), ErrorKind.CRASHED, "ended itself with exit code 0"),
        (Ended(70, ZYGOTE), ErrorKind.CRASHED, "ended itself with exit code 70"),
        (Ended(-signal.SIGSEGV, ZYGOTE), ErrorKind.CRASHED, "crashed: SIGSEGV"),
        (Ended(-signal.SIGSEGV, ZYGOTE + 95 * MB), ErrorKind.OUT_OF_MEMORY, "the limit is 100 MB"),
        (Ended(-signal.SIGABRT, ZYGOTE + 90 * MB), ErrorKind.OUT_OF_MEMORY, "the limit is 100 MB"),
        (Ended(-signal.SIGKILL, ZYGOTE), ErrorKind.OUT_OF_MEMORY, "the limit is 100 MB"),
        (Ended(-signal.SIGXCPU, ZYGOTE), ErrorKind.TIMED_OUT, "too much processor time"),
        (Ended(-63, ZYGOTE), ErrorKind.CRASHED, "crashed: signal 63"),
    ],
)
def test_the_end_of_a_process_is_named(ended: Ended | None, kind: ErrorKind, line: str) -> None:
    judged = verdict.of_end(ended, LIMITS, ZYGOTE)
    assert judged.kind is kind
    assert line in judged.line


def test_the_guests_kinds_get_the_figure_that_it_does_not_know() -> None:
    memory, scratch = (verdict.of_guest(kind, LIMITS) for kind in (ErrorKind.OUT_OF_MEMORY, ErrorKind.OUTPUT_LIMIT))
    assert memory is not None
    assert scratch is not None
    assert "100 MB" in memory.line
    assert "64 MB in 1000 files" in scratch.line
    assert verdict.of_guest(ErrorKind.EXCEPTION, LIMITS) is None
    assert verdict.of_guest(None, LIMITS) is None
