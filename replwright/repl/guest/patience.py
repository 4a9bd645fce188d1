"""Ends code of a job that takes too long where nobody may wait for it."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any

_AGAIN_S = 0.2


class TooSlow(BaseException):
    """The time is up. No Exception: code that catches those should not go on."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlow inside the block once `seconds` have passed, and again and again until it is left.

    C code that never looks at signals is beyond this: the host's deadline ends it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = False

    def ring(*_arguments: Any) -> None:
        if not over:
            raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), _AGAIN_S)
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)
