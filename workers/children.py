"""A prefork worker leaves as a whole: a SIGTERM, which only the parent is sent, is passed on to its children."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

from billiard.process import active_children

LEAVE = signal.SIGUSR2


def tell_to_leave() -> None:
    """From a thread of the parent. A worker of the threads pool has no children, and nothing happens.

    A child that has only just been started dies by it: it holds nothing yet.
    """
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, LEAVE)


def listen(leave: Callable[[], None]) -> None:
    """In the main thread of a child: call `leave`, from another thread, once it is told to.

    The main thread may wait for a model, where it runs no handler of ours. What Python's own, in C, writes into the
    pipe is read nevertheless.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(LEAVE, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(reading, leave), name="told-to-leave", daemon=True).start()


def _wait(reading: int, leave: Callable[[], None]) -> None:
    while received := os.read(reading, 64):
        if LEAVE in received:
            leave()
            return
