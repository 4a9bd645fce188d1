"""The rig's servers, killed and kept away as a test likes."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from replwright.local import processes, stack
from replwright.local.processes import Identity
from replwright.local.state import StackState
from replwright.settings import Settings

BACK_S = 60.0


class OwnServer(Protocol):
    """A server that is not the stack's."""

    @property
    def pid(self) -> int: ...
    def start(self) -> None: ...


class Servers:
    """`names` are those of the stack's table: "postgres", "valkey", "ray". `own` stand in for some of them."""

    def __init__(self, settings: Settings, own: dict[str, OwnServer]) -> None:
        self._settings, self._own = settings, own

    def pid(self, name: str) -> int:
        return self._own[name].pid if name in self._own else self._state().services[name].pid

    @contextmanager
    def away(self, *names: str) -> Iterator[None]:
        """SIGKILL these servers with all their children at once; after the block they are started, and serve again.

        The stack's supervisor would have them back at once: it stands still meanwhile.
        """
        before = {name: self.pid(name) for name in names}
        supervisor = self._state().supervisor
        assert processes.send(supervisor, signal.SIGSTOP)
        try:
            families = [each for pid in before.values() for each in _family(pid)]
            # One of our own stands behind a reaper, which ends with what it guards, and buries it.
            reapers = {before[name] for name in names if name in self._own}
            for each in families:
                if each.pid not in reapers:
                    processes.send(each, signal.SIGKILL)
            assert processes.wait_gone(families, 20.0) == [], "not every process was killed"
            yield
        finally:
            processes.send(supervisor, signal.SIGCONT)
            for name in names:
                if name in self._own:
                    self._own[name].start()
        self._await_back({name: pid for name, pid in before.items() if name not in self._own})

    def _state(self) -> StackState:
        state = stack.current(self._settings)
        assert state is not None, "the stack has ended"
        return state

    def _await_back(self, before: dict[str, int]) -> None:
        deadline = time.monotonic() + BACK_S
        while not all(_is_back(self._state(), name, pid) for name, pid in before.items()):
            assert time.monotonic() < deadline, f"{', '.join(before)} did not come back"
            time.sleep(0.05)


def _is_back(state: StackState, name: str, before: int) -> bool:
    return state.services[name].pid not in (0, before) and state.services[name].state == "ready"


def _family(pid: int) -> list[Identity]:
    first = processes.identify(pid)
    assert first is not None, f"process {pid} was gone before"
    return [first, *processes.descendants(pid)]


def kill(pid: int) -> None:
    """SIGKILL a process that need not be a child of ours, and see it end. Raises if it was gone before."""
    victim = processes.identify(pid)
    assert victim is not None, f"process {pid} was gone before"
    assert processes.send(victim, signal.SIGKILL), f"process {pid} was gone before"
    assert processes.wait_gone([victim], 10.0) == []


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process stands still within the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
