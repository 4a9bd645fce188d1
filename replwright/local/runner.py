"""One service's life: started, found ready, started again when it dies, stopped within its time."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from orchestration.errors import ServiceMissing
from replwright.local import diagnosis, processes
from replwright.local.files import explain
from replwright.local.paths import Layout
from replwright.local.service import Service
from replwright.local.state import ServiceState

BACK_OFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
CRASHES_WITHIN_S = 60.0
MAX_CRASHES = 5
KILLS = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})
MAX_LOG_BYTES = 10 * 1024**2


class Stage(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    BACKING_OFF = "backing off"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


class Runner:
    """Moved by `tick`, from one thread: the kernel ties the child's life to the thread that made it."""

    def __init__(self, service: Service, layout: Layout, tell: Callable[[str], None]) -> None:
        self.service = service
        self.stage = Stage.WAITING
        self.view = ServiceState(service.title, late=service.late)
        self._layout = layout
        self._tell = tell
        self._child: subprocess.Popen[bytes] | None = None
        self._started = self._deadline = self._resume_at = 0.0
        self._crashes: list[float] = []
        self._killed = self._anew = False

    @property
    def up(self) -> bool:
        return self.stage in (Stage.READY, Stage.DONE)

    @property
    def usable(self) -> bool:
        """Whether what needs it may start."""
        return self.up or (self.stage is Stage.STARTING and self.service.early())

    @property
    def running(self) -> bool:
        return self._child is not None

    @property
    def restarts(self) -> int:
        return self.view.restarts

    def tick(self, now: float, *, may_run: bool) -> None:
        """Look once, and do what is due. Raises ServiceMissing when the service cannot be had."""
        if self._child is not None and (code := self._child.poll()) is not None:
            self._ended(now, code)
        if self.stage is Stage.STARTING:
            self._look_if_ready(now)
        elif self.stage is Stage.STOPPING and now > self._deadline and not self._killed:
            self._kill()
        elif may_run and (self.stage is Stage.WAITING or (self.stage is Stage.BACKING_OFF and now >= self._resume_at)):
            self._start(now)
        self.view.state = self.stage.value

    def stop(self, now: float) -> None:
        """Ask it to end; `tick` sees to it that it does."""
        self._anew = False
        if self._child is None:
            self.stage = Stage.STOPPED if self.stage is not Stage.DONE else Stage.DONE
        elif self.stage is not Stage.STOPPING:
            self._ask_to_end(now)

    def start_anew(self, now: float) -> None:
        """End it and start it again: something that it cannot do without was replaced."""
        if self._child is not None and self.stage in (Stage.READY, Stage.STARTING):
            self._tell(f"starting {self.service.title} again")
            self._child.kill()
            self._child.wait()
            self._forget()
            self._back_off(now)

    def descriptor(self) -> int | None:
        """A descriptor that becomes readable when the child ends. The caller closes it."""
        with suppress(OSError):
            return os.pidfd_open(self._child.pid) if self._child else None
        return None

    def _start(self, now: float) -> None:
        log = self._layout.log(self.service.name)
        try:
            self.service.before()
            if log.exists() and (log.stat().st_size > MAX_LOG_BYTES or self.service.name == "ray"):
                log.replace(log.with_suffix(".log.1"))
            output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                self._child = subprocess.Popen(
                    self.service.argv(),
                    env=dict(self.service.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self._layout.home,
                    # Ctrl-C in a terminal is for the supervisor alone.
                    process_group=0,
                )
            finally:
                os.close(output)
        except OSError as error:
            raise explain(error, self._layout.home) from None
        identity = processes.identify(self._child.pid)
        self.view.pid, self.view.start = self._child.pid, identity.start if identity else 0
        if not self._crashes:
            self._tell(f"starting {self.service.title}")
        self.stage, self._started, self._deadline = Stage.STARTING, now, now + self.service.ready_within_s

    def _look_if_ready(self, now: float) -> None:
        if not self.service.once and self.service.ready():
            self.stage = Stage.READY
            self.view.ready_s = round(time.monotonic() - self._started, 2)
            self._tell(f"{self.service.title} is ready after {self.view.ready_s:.1f} s")
        elif now > self._deadline:
            why = diagnosis.explain_end(self.service.title, None, self._layout.log(self.service.name))
            if not self.view.restarts:
                self._kill()
                raise why
            # It served before: a machine that is too busy now must not cost the whole stack.
            self._tell(f"{why.what}; starting it again")
            self._anew = True
            self._ask_to_end(now)

    def _ask_to_end(self, now: float) -> None:
        self.stage, self._deadline, self._killed = Stage.STOPPING, now + self.service.stop_s, False
        if self._child is not None:
            with suppress(ProcessLookupError):
                self._child.send_signal(self.service.stop_signal)

    def _ended(self, now: float, code: int) -> None:
        stage, started = self.stage, self._started
        self._forget()
        if stage is Stage.STOPPING and self._anew:
            self._anew = False
            self._back_off(now)
        elif stage is Stage.STOPPING:
            self.stage = Stage.STOPPED
        elif self.service.once and code == 0:
            self.stage, self.view.ready_s = Stage.DONE, round(time.monotonic() - started, 2)
            self._tell(f"{self.service.title} is done after {self.view.ready_s:.1f} s")
        else:
            self._crashed(now, code, was_ready=stage is Stage.READY)

    def _crashed(self, now: float, code: int, *, was_ready: bool) -> None:
        why = diagnosis.explain_end(self.service.title, code, self._layout.log(self.service.name))
        self._crashes = [at for at in self._crashes if now - at < CRASHES_WITHIN_S]
        # What somebody else ended (an operator, the kernel out of memory) may well serve when started again. Asked
        # to end by a signal, a worker or PostgreSQL ends with 0.
        if -code not in KILLS and not (code == 0 and was_ready):
            self._crashes.append(now)
        if self.service.once or (not was_ready and not self.view.restarts):
            raise why
        if len(self._crashes) >= MAX_CRASHES:
            raise ServiceMissing(f"{why.what} ({MAX_CRASHES} times in {CRASHES_WITHIN_S:.0f} s)", why.remedy)
        self._tell(f"{why.what}; starting it again")
        self._back_off(now)

    def _back_off(self, now: float) -> None:
        self.stage = Stage.BACKING_OFF
        self.view.restarts += 1
        self._resume_at = now + BACK_OFF_S[min(len(self._crashes), len(BACK_OFF_S)) - 1 if self._crashes else 0]

    def _forget(self) -> None:
        self._child = None
        self.view.pid = self.view.start = 0

    def _kill(self) -> None:
        self._killed = True
        if self._child is not None:
            self._child.send_signal(signal.SIGKILL)
