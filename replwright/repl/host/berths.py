"""Every berth of an engine: made on a user that no other has now, and cleaned behind the back of whoever waits."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable

from orchestration.limits import TaskLimits
from replwright.repl.host.berth import Berth
from replwright.repl.host.repl import Repl
from replwright.repl.host.scratch import Folders
from replwright.repl.host.uids import UIDS_PER_ENGINE, first_uid
from replwright.repl.host.zygote import Zygote


class Berths:
    """At most UIDS_PER_ENGINE at once. A user that was given back is the last to be given again."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._slots = deque(range(UIDS_PER_ENGINE))
        self._first_uid = first_uid()
        self._numbers = itertools.count()
        self._spare: list[str] = []
        self._cleaning: set[asyncio.Task[None]] = set()
        self._taken: set[Berth] = set()

    async def open(self, zygote: Zygote, limits: TaskLimits, *, ahead: bool = False) -> Berth:
        """One whose REPL is confined and waits; `ahead` of its job. Raises ZygoteGone, SandboxUnavailable, OSError."""
        berth = self.make(zygote, limits)
        try:
            await berth.open(ahead=ahead)
            await berth.repl.first_word()
        except BaseException:
            self.clean(berth)
            raise
        return berth

    def make(self, zygote: Zygote, limits: TaskLimits) -> Berth:
        """One without a REPL. Raises OSError."""
        slot = self._slots.popleft()
        try:
            berth = Berth(self._name(zygote, slot), slot, self._first_uid + slot, zygote, self._folders, limits)
        except BaseException:
            self._slots.append(slot)
            raise
        self._taken.add(berth)
        return berth

    def clean(self, berth: Berth, cleaned: Callable[[], None] | None = None) -> "asyncio.Task[None]":
        """End and remove it, later; then `cleaned` is called. Nobody need wait for the task."""
        task = asyncio.create_task(self._clean(berth, cleaned))
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)
        return task

    def repls(self) -> list[Repl]:
        """Those that are open now, whatever for."""
        return [berth.repl for berth in self._taken if berth.is_open]

    async def all_clean(self) -> None:
        """Wait until nothing is left to be cleaned."""
        while self._cleaning:
            await asyncio.wait(self._cleaning)

    async def _clean(self, berth: Berth, cleaned: Callable[[], None] | None) -> None:
        try:
            if await berth.clean():
                self._spare.append(berth.name)
        finally:
            self._taken.discard(berth)
            self._slots.append(berth.slot)
            if cleaned is not None:
                cleaned()

    def _name(self, zygote: Zygote, slot: int) -> str:
        """Of a folder that is there already, if it may be such a one."""
        if self._spare and zygote.own_mounts and not zygote.folder:
            return self._spare.pop()
        return f"{slot}-{next(self._numbers)}"
