"""pytest-celery nodes over plain processes, for machines without a container engine.

`CeleryTestNode` asks little of its container: a status, logs, kill, restart. A child process can give all of that.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_celery import CeleryTestWorker

START_TIMEOUT_S = 40.0


class ProcessContainer:
    """A command that behaves like a container to pytest-celery. Its log file stands in for the container's log."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path, ready_prompt: str
    ) -> None:
        self.name = name
        self.id = name
        self.ready_prompt = ready_prompt
        self._command = list(command)
        self._environ = dict(environ)
        self._log = log
        self._seen = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def status(self) -> str:
        return "running" if self._process is not None and self._process.poll() is None else "exited"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Minus the signal that ended it, as `subprocess` has it; None while it runs."""
        assert self._process is not None
        return self._process.poll()

    @property
    def celeryconfig(self) -> dict[str, Any]:
        return {}

    def start(self) -> None:
        self._seen = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            # A session of its own, so that its children can be ended with it.
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def logs(self) -> str:
        """What it wrote since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._seen)
            return log.read().decode(errors="replace")

    def ready(self) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.ready_prompt not in self.logs():
            if self.status != "running" or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not get ready:\n{self.logs()[-4000:]}")
            time.sleep(0.05)
        return True

    def reload(self) -> None:
        """A container is asked anew for its state; a process is asked each time."""

    def kill(self, signal: str | int = "SIGKILL") -> None:
        number = _signal(signal)
        assert self._process is not None
        self._process.send_signal(number)
        if number != int(_signal("SIGSTOP")) and number != int(_signal("SIGCONT")):
            self._process.wait(START_TIMEOUT_S)

    def restart(self, timeout: float = 10) -> None:
        self.teardown(timeout)
        self.start()
        self.ready()

    def teardown(self, timeout: float = 10) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def celery_worker(
    name: str,
    queues: str,
    environ: Mapping[str, str],
    log: Path,
    app: str = "workers.app",
    options: Sequence[str] = ("-P", "threads", "-c", "4"),
) -> CeleryTestWorker:
    """A ready Celery worker as a pytest-celery node: `kill`, `restart`, `wait_for_log`, `teardown`."""
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-Q", queues, "-n", f"{name}@%h", "-E"]
    command += ["--without-mingle", "--without-gossip", "-l", "INFO", *options]
    node = CeleryTestWorker(ProcessContainer(name, command, environ, log, "ready."), None)
    node.ready()
    return node


def _signal(named: str | int) -> int:
    return int(getattr(signal, named)) if isinstance(named, str) else named
