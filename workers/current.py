"""The Process of this operating-system process: made at first use, left at a signal, closed at the end."""

import os
import threading
from collections.abc import Callable, Sequence

from workers import children, wiring
from workers.process import Process

_lock = threading.Lock()
_processes: dict[int, Process] = {}


def current_process(
    kind: str = "worker", problems: Callable[[], Sequence[str]] = lambda: (), queues: Sequence[str] = ()
) -> Process:
    """This operating-system process, made at first use: who comes first says of what kind it is.

    A prefork child is another one than its parent.
    """
    with _lock:
        if os.getpid() not in _processes:
            _processes[os.getpid()] = Process(wiring.ledger(), kind, wiring.settings().release, problems, queues)
        return _processes[os.getpid()]


def leave_current() -> None:
    """Begin to leave, and a prefork child too. For handlers of signals: a thread goes on, as what they interrupt may
    hold any lock.
    """
    threading.Thread(target=_leave, name="leaving", daemon=True).start()


def close_current() -> None:
    """Leave; for when nothing runs any more."""
    with _lock:
        process = _processes.pop(os.getpid(), None)
    if process:
        process.close()


def _leave() -> None:
    with _lock:
        process = _processes.get(os.getpid())
    if process:
        process.leave()
    children.tell_to_leave()
