"""A planner's turn that stops before and after each call of a port, to go on, to wait, or to die there."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

Port = TypeVar("Port")


class Killed(BaseException):
    """The process died here. No `except Exception` of the product sees it, as none would see a SIGKILL."""


class Turn:
    """`work` runs in a thread of its own, but only while `go` waits for it: one thing happens at a time.

    `at` says where it stands, e.g. "before commit_plan". What it raised is in `failure` once it is `over`.
    """

    def __init__(self, work: Callable[["Turn"], object]) -> None:
        self._work = work
        self._ours, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        self._killed = False
        self.over = False
        self.at = "the start"
        self.result: object = None
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._theirs.acquire()

    def go(self) -> None:
        """On to the next stop, or to the end."""
        if not self.over:
            self._ours.release()
            self._theirs.acquire()

    def kill(self) -> None:
        """Nothing that would come after this stop happens any more."""
        self._killed = True
        self.go()
        self._thread.join()

    def stop(self, at: str) -> None:
        """Called by the work: wait here until somebody says go."""
        self.at = at
        self._theirs.release()
        self._ours.acquire()
        if self._killed:
            raise Killed

    def port(self, port: Port) -> Port:
        """The same port, with stops."""
        return _Stopping(self, port)  # type: ignore[return-value]

    def _run(self) -> None:
        try:
            self.stop(self.at)
            self.result = self._work(self)
        except Killed:
            self.at = f"killed {self.at}"
        except Exception as error:
            self.failure = error
        finally:
            self.over = True
            self._theirs.release()


class _Stopping:
    def __init__(self, turn: Turn, port: Any) -> None:
        self._turn, self._port = turn, port

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def stopping(*values: Any, **named: Any) -> Any:
            self._turn.stop(f"before {name}")
            result = call(*values, **named)
            self._turn.stop(f"after {name}")
            return result

        return stopping
