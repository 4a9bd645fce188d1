"""Points at which a process under test ends itself, once. The product has none of this: its ports are wrapped."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

POINT = "FAILPOINT"
MARK = "FAILPOINT_MARK"
SIGNAL = "FAILPOINT_SIGNAL"


def environ(point: str, mark: Path, number: signal.Signals = signal.SIGKILL) -> dict[str, str]:
    """For a process that gets `number` at `point`, e.g. "before:record_reply" or "after:land", and leaves `mark`."""
    return {POINT: point, MARK: str(mark), SIGNAL: str(int(number))}


def fired(mark: Path) -> int:
    """The pid of the process that reached its failpoint; 0 while none has."""
    return int(mark.read_text() or 0) if mark.exists() else 0


class Failing:
    """A port whose calls pass through, but for the one that ends the process before or after it is made."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        when, _, method = os.environ.get(POINT, "").partition(":")
        return _guarded(value, when) if name == method else value


def _guarded(call: Callable[..., Any], when: str) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die_once()
        result = call(*args, **kwargs)
        # An empty send is no publication, and nothing claimed no claim: the point is the first real one.
        if when == "after" and args != ((),) and result != ():
            die_once()
        return result

    return guarded


def die_once() -> None:
    """Signal this process, unless the mark says that this already happened. The mark survives, on disk."""
    try:
        handle = os.open(os.environ[MARK], os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return
    os.write(handle, str(os.getpid()).encode())
    os.fsync(handle)
    os.close(handle)
    # To this thread: a SIGSTOP for the process may be taken by another, and until then this one would go on.
    signal.pthread_kill(threading.get_ident(), int(os.environ.get(SIGNAL, signal.SIGKILL)))
