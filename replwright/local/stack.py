"""The embedded stack as the rest of Replwright sees it: attach to it, have it, stop it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress

from orchestration.errors import ServiceMissing
from replwright.local import files, paths, processes, reach
from replwright.local import state as stack_state
from replwright.local.endpoints import Endpoints, settings_environ
from replwright.local.events import follow
from replwright.local.idle import KEEP
from replwright.local.service import tied
from replwright.local.state import Phase, StackState
from replwright.settings import Settings

Tell = Callable[[str], None]
START_S = 180.0
STOP_S = 25.0


def _quietly(_: str) -> None:
    return


def current(settings: Settings) -> StackState | None:
    """What the stack of this home tells about itself, if it lives."""
    state = stack_state.read(paths.state_path(settings.home))
    return state if state is not None and state.lives else None


def attach(settings: Settings) -> Endpoints | None:
    """The running stack's addresses, within milliseconds; None when none serves.

    Raises ServiceMissing when it was started with other servers than these settings name.
    """
    state = current(settings)
    if state is None or state.phase is not Phase.READY:
        return None
    if state.configured != stack_state.fingerprint(settings) and not _names(settings, state.endpoints):
        raise ServiceMissing(
            f"the stack in {settings.home} was started with other REPLWRIGHT_*_URL, _ADDRESS or _STORE settings",
            "run `replwright down` first, or use the same settings",
        )
    with suppress(OSError):
        paths.lease_path(settings.home).touch(mode=0o600)
    return state.endpoints


def _names(settings: Settings, endpoints: Endpoints) -> bool:
    """Whether the settings name this very stack, as those of its workers and of an attached command do."""
    given = Endpoints.of(settings)
    return (given.database_url, given.broker_url) == (endpoints.database_url, endpoints.broker_url)


def lease(settings: Settings) -> AbstractContextManager[None]:
    """Held by whoever waits for an answer: a stack that stops when idle does not stop meanwhile."""
    return files.holding(paths.lease_path(settings.home))


def ensure(
    settings: Settings,
    on_progress: Tell = _quietly,
    *,
    stops_when_idle: bool = True,
    ends_with_caller: bool = False,
    flower: bool = False,
    only: Sequence[str] = (),
) -> Endpoints:
    """Attach, or start a stack in the background and wait until it serves. A line for each thing that happens.

    `only` names services of the table: nothing but those, and what they need, is started. `ends_with_caller` ties a
    stack that is started to the calling thread's life.

    Raises ServiceMissing with the remedy; then nothing was left running.
    """
    paths.prepare_run(settings.home)
    deadline = time.monotonic() + START_S
    told = _Told(on_progress)
    while time.monotonic() < deadline:
        if (endpoints := attach(settings)) is not None:
            if not stops_when_idle:
                (settings.home / "run" / KEEP).touch(mode=0o600)
            return endpoints
        held = files.lock(paths.lock_path(settings.home))
        if held is not None:
            try:
                options = ["--stops-when-idle"] * stops_when_idle + ["--flower"] * flower
                options += ["--only", ",".join(only)] if only else []
                _start(settings, held, on_progress, options, ends_with_caller=ends_with_caller)
            finally:
                os.close(held)
        else:
            told.about(current(settings))
            time.sleep(0.05)
    raise ServiceMissing("the stack did not start in time", f"see {settings.home / 'logs'}, or run `replwright down`")


def stop(settings: Settings, on_progress: Tell = _quietly) -> bool:
    """Stop the stack of this home and wait until everything has ended. False when none ran."""
    if not paths.lock_path(settings.home).parent.is_dir():
        return False
    state = stack_state.read(paths.state_path(settings.home))
    left = [p for p in (state.warden, state.supervisor) if processes.alive(p)] if state else []
    if state is not None and left:
        on_progress("stopping the stack")
        # The warden, if it lives: it passes the signal on and sweeps behind the supervisor.
        processes.send(left[0], signal.SIGTERM)
        if stuck := processes.wait_gone(left, STOP_S):
            raise ServiceMissing(
                f"process {stuck[0].pid} of the stack has not ended within {STOP_S:.0f} s", "end it, then try again"
            )
    held = _lock_within(settings, 5.0)
    try:
        _end_remains(state)
        paths.clear(settings.home)
    finally:
        os.close(held)
    return bool(left)


def follow_to_end(settings: Settings, on_progress: Tell = _quietly) -> tuple[str, str] | None:
    """Until the running stack has ended, a line for each thing that happens. What went wrong and the remedy, if so."""
    state = current(settings)
    told = _Told(_quietly)
    told.about(state)
    told.tell = on_progress
    while state is not None:
        last = state
        left = processes.wait_gone([last.supervisor], 0.5)
        state = stack_state.read(paths.state_path(settings.home))
        told.about(state)
        if not left:
            processes.wait_gone([last.warden], STOP_S)
            return (state or last).error
    return None


class _Told:
    """Passes on the lines of a stack that somebody else is starting, each once."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self._seen = 0

    def about(self, state: StackState | None) -> None:
        if state is None:
            return
        new = state.lines[max(0, self._seen - state.dropped_lines) :]
        self._seen = state.dropped_lines + len(state.lines)
        for line in new:
            self.tell(line)


def _start(settings: Settings, held: int, tell: Tell, options: list[str], *, ends_with_caller: bool) -> None:
    """Start a warden, which takes the lock over, and follow it until the stack serves."""
    _end_remains(stack_state.read(paths.state_path(settings.home)))
    reach.check(Endpoints.of(settings))
    (settings.home / "run" / KEEP).unlink(missing_ok=True)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    command = [sys.executable, "-m", "replwright.local.warden", "--home", str(settings.home.absolute())]
    command += ["--lock", str(held), "--events", str(writing), *options]
    if ends_with_caller:
        command = tied(command, signal.SIGTERM)
    try:
        with open(settings.home / "logs" / "stack.log", "ab", opener=files.private_opener) as log:
            warden = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | settings_environ(settings),
                cwd=settings.home,
                pass_fds=(held, writing),
                start_new_session=True,
            )
    except OSError as error:
        os.close(reading)
        raise files.explain(error, settings.home) from None
    finally:
        os.close(writing)
    _follow(settings, warden, reading, tell)


def _follow(settings: Settings, warden: subprocess.Popen[bytes], reading: int, tell: Tell) -> None:
    try:
        if follow(reading, tell):
            warden.returncode = 0  # it goes on without us, and is nobody's forgotten child
            return
        raise ServiceMissing("the stack ended while it started", f"see {settings.home / 'logs' / 'stack.log'}")
    except ServiceMissing:
        warden.wait(STOP_S)
        raise


def _end_remains(state: StackState | None) -> None:
    """Processes of a stack whose warden and supervisor were both killed, by pid and start time."""
    if state is None:
        return
    recorded = [processes.Identity(each.pid, each.start) for each in state.services.values() if each.pid]
    living = [process for process in recorded if processes.alive(process)]
    processes.end([below for one in living for below in (one, *processes.descendants(one.pid))], grace_s=3.0)


def _lock_within(settings: Settings, seconds: float) -> int:
    deadline = time.monotonic() + seconds
    while (held := files.lock(paths.lock_path(settings.home))) is None:
        if time.monotonic() > deadline:
            raise ServiceMissing(f"a stack in {settings.home} is starting or stopping", "try again in a moment")
        time.sleep(0.05)
    return held
