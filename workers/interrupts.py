"""An interrupt: how one thread tells another that nobody waits for what it does any more."""

import threading
from collections.abc import Callable


class Interrupt:
    """Implements orchestration.ports.Interrupt. Set once, for good, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._callbacks: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        return self._set

    def on_set(self, callback: Callable[[], None]) -> None:
        """Call back once it is set: from the thread that sets it, or at once if it is set already."""
        with self._lock:
            if not self._set:
                self._callbacks.append(callback)
                return
        callback()

    def set(self) -> None:
        """What is called back must neither wait nor raise."""
        with self._lock:
            self._set = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()
