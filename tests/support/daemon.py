"""A server of a test session's own: a child with a log, that ends with the session and can be started again."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from replwright.local.service import plain_environment, tied

READY_S = 90.0


class Daemon:
    """`uid` None: our own user. Nothing of its family outlives it, or us."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        ready: Callable[[], bool],
        uid: int | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._command, self._folder, self._ready, self._uid = command, folder, ready, uid
        self._environ = plain_environment(str(folder)) | dict(environ or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it serves."""
        if self._process is not None:
            self._process.wait(10)
        argv = tied([sys.executable, "-m", "replwright.local.reaper", *self._command], signal.SIGTERM, self._uid)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                argv, env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder
            )
        deadline = time.monotonic() + READY_S
        while not self._ready():
            assert self._process.poll() is None, (self._folder / "log").read_text()[-4000:]
            assert time.monotonic() < deadline, f"not ready within {READY_S} s"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)


def user(name: str) -> int | None:
    """The user to run as: None unless we are root. Raises KeyError when there is no such user."""
    return pwd.getpwnam(name).pw_uid if os.geteuid() == 0 else None


def give(folder: Path, uid: int | None) -> None:
    """Make the folder theirs."""
    if uid is not None:
        os.chown(folder, uid, -1)
