"""Processes of this machine by pid and start time, so that a reused pid is never mistaken for one of ours."""

import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from replwright import machine


@dataclass(frozen=True, slots=True)
class Identity:
    """One process. `start` is in clock ticks since boot."""

    pid: int
    start: int


def _stat(pid: int) -> machine.Stat | None:
    """None when there is no such process."""
    try:
        return machine.stat(pid)
    except OSError:
        return None


def identify(pid: int) -> Identity | None:
    found = _stat(pid)
    return Identity(pid, found.started) if found else None


def alive(process: Identity) -> bool:
    """Whether it runs; a zombie does not."""
    found = _stat(process.pid)
    return found is not None and found.started == process.start and not found.ended


def descendants(pid: int) -> list[Identity]:
    """Every living process below `pid`, parents first."""
    children: dict[int, list[Identity]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (found := _stat(int(entry))) and not found.ended:
            children.setdefault(found.parent, []).append(Identity(int(entry), found.started))
    return list(_below(pid, children))


def _below(pid: int, children: dict[int, list[Identity]]) -> Iterator[Identity]:
    for child in children.get(pid, []):
        yield child
        yield from _below(child.pid, children)


def send(process: Identity, signum: int) -> bool:
    """Signal exactly this process. False when it is gone."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        # Looked at after the descriptor was opened: it now refers to this process for good.
        if not alive(process):
            return False
        signal.pidfd_send_signal(descriptor, signum)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def wait_gone(processes: Iterable[Identity], timeout_s: float) -> list[Identity]:
    """Wait until all are gone; returns those that are not by then. They need not be children of ours."""
    deadline = time.monotonic() + timeout_s
    left = [process for process in processes if alive(process)]
    while left and (remaining := deadline - time.monotonic()) > 0:
        with suppress(OSError):
            descriptor = os.pidfd_open(left[0].pid)
            try:
                if alive(left[0]):
                    select.select([descriptor], [], [], min(remaining, 0.5))
            finally:
                os.close(descriptor)
        left = [process for process in left if alive(process)]
    return left


def end(processes: Iterable[Identity], grace_s: float) -> list[Identity]:
    """SIGTERM, then after `grace_s` seconds SIGKILL. Returns what even that did not end within 5 s."""
    found = list(processes)
    for process in found:
        send(process, signal.SIGTERM)
    left = wait_gone(found, grace_s)
    for process in left:
        send(process, signal.SIGKILL)
    return wait_gone(left, 5.0)
