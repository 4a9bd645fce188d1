"""One Monty worker: a confined process with sessions in it, one after the other. It is replaced, never repaired.

Its methods block, and are called in threads of the engine; `kill` may be called from anywhere.
"""

import contextlib
import importlib.util
import os
import signal
import sys
from pathlib import Path

from pydantic_monty import Monty, MontyError, MontySession, OSPolicy, ResourceLimits

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from replwright.repl.host.rust.walls import MOST_HEAP_BYTES

_START_S = 20.0
# Monty ends a feed at its limit itself; this long after it, its process is killed.
_GRACE_S = 0.5
_SUSPENSIONS = 100_000
# A first run costs more than the next: no job's is the first.
_WARM_UP = "def f(x):\n    return [repr(y) for y in x]\nprint(f((1, 2.5, 'a', {'b': None})))"
_USUAL = (TaskLimits().timeout_s, min(TaskLimits().memory_bytes, MOST_HEAP_BYTES))
# Sleep is served by the host, who can be told to stop.
_OS_POLICY = OSPolicy(sleep="call_host")

# Each feed tries to import it, which costs more than the feed where it is not installed. So Python is told once.
if importlib.util.find_spec("opentelemetry") is None:
    sys.modules["opentelemetry"] = None  # type: ignore[assignment]


class Worker:
    """A process of the user of `slot`. The thread that makes it must live on: the process dies with it."""

    def __init__(self, launcher: Path, slot: int) -> None:
        """Start it. Raises SandboxUnavailable when it does not come up confined."""
        self.slot = slot
        self.dead = False
        self._pidfd = -1
        self._pool = Monty(
            binary_path=launcher,
            min_processes=1,
            max_processes=1,
            checkout_timeout=_START_S,
            feed_duration_limit_grace=_GRACE_S,
        )
        try:
            self._pool.__enter__()
            with self._pool.checkout() as session:
                pid = session.worker_pid
                if pid is None:
                    raise SandboxUnavailable("a worker of the rust engine has no process", "see replwright doctor")
                self._pidfd = os.pidfd_open(pid)
                session.feed_run(_WARM_UP, print_callback=lambda *_printed: None)
            # What most jobs need is there before they come.
            self._ahead: tuple[tuple[float, int], MontySession] | None = (_USUAL, self._opened(*_USUAL))
        except (MontyError, OSError, TimeoutError) as error:
            self.close()
            raise SandboxUnavailable(
                f"a worker of the rust engine did not start: {error}", "see replwright doctor"
            ) from None

    def open(self, timeout_s: float, heap_bytes: int) -> MontySession:
        """A new session, with nothing of the ones before it. Raises MontyError, TimeoutError."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            limits, session = ahead
            if limits == (timeout_s, heap_bytes):
                return session
            self.shut(session)
        return self._opened(timeout_s, heap_bytes)

    def _opened(self, timeout_s: float, heap_bytes: int) -> MontySession:
        limits = ResourceLimits(max_feed_duration_secs=timeout_s, max_memory=heap_bytes, max_suspensions=_SUSPENSIONS)
        session = self._pool.checkout(limits=limits, os_policy=_OS_POLICY, assert_message_annotations=False)
        return session.__enter__()

    def shut(self, session: MontySession) -> None:
        """End a session; a worker that cannot do that is dead."""
        try:
            session.__exit__(None, None, None)
        except (MontyError, TimeoutError):
            self.kill()

    def kill(self) -> None:
        """SIGKILL through the pidfd: it cannot hit another process."""
        self.dead = True
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        """End the process and wait for it."""
        self.kill()
        with contextlib.suppress(MontyError, OSError, TimeoutError):
            self._pool.__exit__(None, None, None)
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
