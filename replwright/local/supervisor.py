"""Run as a module by the warden: start the services, keep them running, stop them in order."""

import argparse
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from orchestration.errors import ExitCode, ReplwrightError
from replwright import settings as replwright_settings
from replwright.local import paths, processes, table
from replwright.local import state as stack_state
from replwright.local.events import Reporter
from replwright.local.idle import IdleWatch
from replwright.local.runner import Runner
from replwright.local.service import Service
from replwright.local.state import Phase, StackState

BUSY_TICK_S = 0.03
STEADY_TICK_S = 1.0


class Supervisor:
    """The loop over one stack's services. `run` returns the exit code."""

    def __init__(
        self, services: Sequence[Service], layout: paths.Layout, state: StackState, reporter: Reporter, idle: IdleWatch
    ) -> None:
        self._layout = layout
        self._state = state
        self._reporter = reporter
        self._idle = idle
        self._runners = {service.name: Runner(service, layout, self._tell) for service in services}
        self._written = ""
        self._wake, self._woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        state.services = {name: runner.view for name, runner in self._runners.items()}

    def request_stop(self, *_: object) -> None:
        """A signal handler: the loop sees it at once."""
        self._begin_stop("stopping")

    def run(self) -> int:
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self.request_stop)
        self._tell("starting the stack")
        while self._state.phase in (Phase.STARTING, Phase.READY) or any(r.running for r in self._runners.values()):
            try:
                self._step(time.monotonic())
            except ReplwrightError as error:
                self._fail(error)
            self._save()
            self._sleep()
        if self._state.error:
            self._reporter.failed(*self._state.error)
            return int(ExitCode.SERVICE_MISSING)
        self._reporter.close()
        return int(ExitCode.ANSWERED)

    def _step(self, now: float) -> None:
        stopping = self._state.phase in (Phase.STOPPING, Phase.FAILED)
        for runner in self._runners.values():
            if stopping and not self._needed(runner):
                runner.stop(now)
            before = runner.restarts
            runner.tick(now, may_run=not stopping and self._may_run(runner))
            if runner.restarts > before and not stopping:
                self._restart_followers(runner, now)
        if self._state.phase is Phase.STARTING and all(r.up or r.service.late for r in self._runners.values()):
            self._state.phase = Phase.READY
            self._save()
            self._reporter.ready()
        if self._state.phase is Phase.READY and self._idle.over():
            self._begin_stop("nothing to do any more: stopping")

    def _may_run(self, runner: Runner) -> bool:
        if runner.service.late and self._state.phase is Phase.STARTING:
            return False
        return all(self._runners[name].usable for name in runner.service.needs)

    def _needed(self, runner: Runner) -> bool:
        """Whether something that still runs was started after it."""
        return any(r.running and runner.service.name in r.service.needs for r in self._runners.values())

    def _restart_followers(self, runner: Runner, now: float) -> None:
        for follower in self._runners.values():
            if runner.service.name in follower.service.restart_with:
                follower.start_anew(now)

    def _begin_stop(self, line: str) -> None:
        if self._state.phase in (Phase.STARTING, Phase.READY):
            self._state.phase = Phase.STOPPING
            self._tell(line)

    def _fail(self, error: ReplwrightError) -> None:
        if self._state.phase in (Phase.STARTING, Phase.READY):
            self._state.phase, self._state.error = Phase.FAILED, (error.what, error.remedy)
            self._tell(f"cannot go on: {error}")

    def _tell(self, line: str) -> None:
        with suppress(OSError):
            print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}", flush=True)
        self._state.tell(line)
        self._reporter.line(line)

    def _save(self) -> None:
        """A disk that is full must not end a stack that could still serve or stop."""
        shown = repr(self._state)
        if shown != self._written:
            with suppress(OSError):
                stack_state.write(self._layout.state, self._state)
                self._written = shown

    def _sleep(self) -> None:
        steady = self._state.phase is Phase.READY and all(runner.up for runner in self._runners.values())
        opened = [d for runner in self._runners.values() if (d := runner.descriptor()) is not None] if steady else []
        try:
            select.select([self._wake, *opened], [], [], STEADY_TICK_S if steady else BUSY_TICK_S)
            with suppress(BlockingIOError):
                os.read(self._wake, 1024)
        finally:
            for descriptor in opened:
                os.close(descriptor)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--warden", type=int, required=True)
    parser.add_argument("--stops-when-idle", action="store_true")
    parser.add_argument("--flower", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    reporter = Reporter(options.events)
    try:
        settings = replwright_settings.load()
        layout = paths.prepare(settings.home)
        endpoints, services = table.build(settings, layout, flower=options.flower)
        if options.only:
            services = table.only(services, options.only.split(","))
        warden, own = processes.identify(options.warden), processes.identify(os.getpid())
        if warden is None or own is None:
            return 1
        idle_s = settings.idle_s if options.stops_when_idle else None
        state = StackState(Phase.STARTING, warden, own, endpoints, stack_state.fingerprint(settings), idle_s=idle_s)
        idle = IdleWatch(layout, endpoints, idle_s)
        code = Supervisor(services, layout, state, reporter, idle).run()
    except ReplwrightError as error:
        reporter.failed(error.what, error.remedy)
        return int(error.exit_code)
    return code


if __name__ == "__main__":
    sys.exit(main())
