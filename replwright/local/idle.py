"""When a stack that `run` started has nothing to do any more."""

import os
import subprocess
import sys
import time
from contextlib import suppress

from replwright.local.endpoints import Endpoints
from replwright.local.files import lock
from replwright.local.paths import Layout
from replwright.local.service import our_environment

KEEP = "keep"  # the file by which `up` says: do not stop when idle
BUSY = 10


class IdleWatch:
    """`over` is True once nobody held the lease for `idle_s` seconds and no orchestration is open."""

    def __init__(self, layout: Layout, endpoints: Endpoints, idle_s: float | None) -> None:
        self._layout = layout
        self._environment = our_environment(endpoints.environ())
        self._idle_s = idle_s
        self._last_use = time.time()
        self._question: subprocess.Popen[bytes] | None = None

    def over(self) -> bool:
        idle_s = self._idle_s
        if idle_s is None:
            return False
        if (self._layout.run / KEEP).exists():
            self._idle_s = None
            return False
        with suppress(OSError):
            if self._in_use():
                self._last_use = time.time()
        return time.time() - self._last_use >= idle_s and self._nothing_open()

    def _in_use(self) -> bool:
        descriptor = lock(self._layout.lease)
        if descriptor is None:
            return True
        self._last_use = max(self._last_use, min(os.fstat(descriptor).st_mtime, time.time()))
        os.close(descriptor)
        return False

    def _nothing_open(self) -> bool:
        """Asked in a process of its own, which is looked at again a tick later."""
        if self._question is None:
            self._question = subprocess.Popen(
                [sys.executable, "-m", "replwright.local.idle"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        code = self._question.poll()
        if code is None:
            return False
        self._question = None
        if code == BUSY:
            self._last_use = time.time()
        return code != BUSY


def open_orchestrations() -> int:
    """How many have not ended."""
    from models.engine import make_engine
    from models.queries.health import read_health
    from replwright import settings as replwright_settings

    engine = make_engine(replwright_settings.load().database_url.get_secret_value(), "cli")
    with engine.connect() as connection:
        return read_health(connection).open_orchestrations


if __name__ == "__main__":
    sys.exit(BUSY if open_orchestrations() else 0)
