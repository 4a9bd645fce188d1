"""What to call the end of a REPL that left no result, and what to add to the end of one that did."""

import signal
from dataclasses import dataclass

from orchestration.limits import TaskLimits
from orchestration.states import ErrorKind
from replwright.repl.host.zygote import Ended

# Of its memory a REPL held this much when it died: it died of that.
_NEARLY_ALL = 0.8


@dataclass(frozen=True, slots=True)
class Verdict:
    """An error kind and one line that says what happened, with its figure."""

    kind: ErrorKind
    line: str


def timed_out(seconds: float) -> Verdict:
    return Verdict(ErrorKind.TIMED_OUT, f"timed out after {seconds:g} s")


def out_of_memory(limits: TaskLimits) -> Verdict:
    return Verdict(ErrorKind.OUT_OF_MEMORY, f"out of memory: the limit is {megabytes(limits.memory_bytes)}")


def machine_full(held: int) -> Verdict:
    line = f"out of memory: the machine ran out, and this REPL, holding {megabytes(held)}, was the largest"
    return Verdict(ErrorKind.OUT_OF_MEMORY, line)


def state_lost(why: str) -> Verdict:
    return Verdict(ErrorKind.STATE_LOST, f"the state of this REPL is lost: {why}")


def flooded(written: int) -> Verdict:
    return Verdict(ErrorKind.OUTPUT_LIMIT, f"printed more than {megabytes(written)}; it was ended")


def scratch_full(limits: TaskLimits) -> Verdict:
    most = f"{megabytes(limits.scratch_bytes)} in {limits.scratch_files} files"
    return Verdict(ErrorKind.OUTPUT_LIMIT, f"the scratch folder is full: the limit is {most}")


def violation(what: str) -> Verdict:
    return Verdict(ErrorKind.CRASHED, f"protocol violation: {what}; the REPL was ended")


def of_guest(kind: ErrorKind | None, limits: TaskLimits) -> Verdict | None:
    """The figure that the guest does not know, for the kinds that have one."""
    if kind is ErrorKind.OUT_OF_MEMORY:
        return out_of_memory(limits)
    return scratch_full(limits) if kind is ErrorKind.OUTPUT_LIMIT else None


def of_end(ended: Ended | None, limits: TaskLimits, zygote_rss: int) -> Verdict:
    """The verdict on a process that ended by itself; None: the zygote died, and this one with it."""
    if ended is None:
        return Verdict(ErrorKind.CRASHED, "the process that REPLs are forked from ended, and this one with it")
    if ended.exit_code >= 0:
        return Verdict(ErrorKind.CRASHED, f"the REPL ended itself with exit code {ended.exit_code}")
    if ended.max_rss_bytes - zygote_rss > _NEARLY_ALL * limits.memory_bytes or -ended.exit_code == signal.SIGKILL:
        return out_of_memory(limits)
    if -ended.exit_code == signal.SIGXCPU:
        return Verdict(ErrorKind.TIMED_OUT, "timed out: it used too much processor time")
    return Verdict(ErrorKind.CRASHED, f"the REPL crashed: {_name(-ended.exit_code)}")


def megabytes(size: int) -> str:
    """A size for people: whole megabytes, or kilobytes when it is small."""
    return f"{size / 1024**2:.0f} MB" if size >= 1024**2 else f"{size / 1024:.0f} kB"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
