"""The machine's memory: how full it is, when no more work is let in, and which REPL goes when it runs out."""

import asyncio
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from replwright.repl.host.forker import pid_of
from replwright.repl.host.repl import Ending, Phase, Repl

_LOOK_S = 0.25
# After one was ended: its memory takes a moment to come back.
_SETTLE_S = 0.5
# A REPL that holds less is not why the machine is full.
_WORTH_BYTES = 16 * 1024**2
_CGROUPS = Path("/sys/fs/cgroup")


def used_share() -> float:
    """The used share of the machine's memory, or of the narrowest cgroup's (version 2) around this process."""
    facts = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    total, available = (int(facts[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return max([1 - available / total, *_shares_of_cgroups()])


@dataclass
class Memory:
    """Two thresholds over a reading: above `admit` no more work is let in, above `kill` the largest REPL is ended.

    It is read anew after `fresh_s` seconds.
    """

    admit: float = 0.75
    kill: float = 0.85
    read: Callable[[], float] = used_share
    fresh_s: float = 0.1
    _share: float = field(default=0.0, init=False)
    _read_at: float = field(default=-math.inf, init=False)

    @property
    def is_full(self) -> bool:
        return self._used() > self.admit

    @property
    def is_overfull(self) -> bool:
        return self._used() > self.kill

    def _used(self) -> float:
        now = time.monotonic()
        if now - self._read_at >= self.fresh_s:
            self._share, self._read_at = self.read(), now
        return self._share


class MemoryGuard:
    """Ends the largest of `repls` while the memory is overfull. `ended` is told after each."""

    def __init__(self, memory: Memory, repls: Callable[[], Iterable[Repl]], ended: Callable[[], None]) -> None:
        self._memory, self._repls, self._ended = memory, repls, ended
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._memory.is_overfull and self._end_the_largest():
                await asyncio.sleep(_SETTLE_S)

    def _end_the_largest(self) -> bool:
        sizes = {repl: own_bytes(repl.pidfd) for repl in self._repls() if repl.phase is not Phase.CLEANING}
        largest = max(sizes, key=lambda repl: sizes[repl], default=None)
        if largest is None or sizes[largest] < _WORTH_BYTES:
            return False
        largest.held_bytes = sizes[largest]
        largest.end(Ending.MACHINE_FULL)
        self._ended()
        return True


def own_bytes(pidfd: int) -> int:
    """What a process holds of its own: resident, not shared with a file or another process's mapping; 0 when gone."""
    try:
        _size, resident, shared, *_ = Path(f"/proc/{pid_of(pidfd)}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def _shares_of_cgroups() -> list[float]:
    """Of every cgroup with a limit, from this process's own up; none without version 2."""
    shares = []
    try:
        own = next(line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    folder = _CGROUPS / own.strip("/")
    while folder != _CGROUPS.parent:
        if (share := _share_of(folder)) is not None:
            shares.append(share)
        folder = folder.parent
    return shares


def _share_of(cgroup: Path) -> float | None:
    """What it uses of its limit; files that the kernel may drop at once do not count."""
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        used = int((cgroup / "memory.current").read_text())
        stat = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None
    if not limit.isdigit() or int(limit) == 0:
        return None
    return max(0, used - int(stat.get("inactive_file", 0))) / int(limit)
