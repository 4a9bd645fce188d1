"""The processes that REPLs are forked from: one a flavour, started when it is wanted, attacked before it is used."""

import asyncio
from pathlib import Path

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from replwright.repl.host import selftest
from replwright.repl.host.berths import Berths
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.scratch import Folders
from replwright.repl.host.zygote import Zygote


class Zygotes:
    """One that died is replaced by the next `get`."""

    def __init__(self, python: Path, folders: Folders, berths: Berths) -> None:
        self._python, self._folders, self._berths = python, folders, berths
        self._zygotes: dict[Flavour, Zygote] = {}
        self._starting = {flavour: asyncio.Lock() for flavour in Flavour}
        self._stopped = False

    async def get(self, flavour: Flavour) -> Zygote:
        """Raises SandboxUnavailable when this machine cannot hold code."""
        zygote = self._zygotes.get(flavour)
        if zygote is not None and not zygote.gone:
            return zygote
        async with self._starting[flavour]:
            zygote = self._zygotes.get(flavour)
            if zygote is not None and not zygote.gone:
                return zygote
            if self._stopped:
                raise SandboxUnavailable("the engine is not running", "start it first")
            if zygote is not None:
                del self._zygotes[flavour]
                await zygote.stop()
            self._zygotes[flavour] = zygote = await self._start(flavour)
            return zygote

    def pids(self) -> list[int]:
        """Of the live ones, the bare one first."""
        return [self._zygotes[flavour].pid for flavour in Flavour if flavour in self._zygotes]

    @property
    def walls(self) -> tuple[str, ...]:
        """What stands around REPLs here; empty before the first zygote started."""
        return next((zygote.walls for zygote in self._zygotes.values()), ())

    async def stop(self) -> None:
        """End them and all their REPLs."""
        self._stopped = True
        for lock in self._starting.values():
            async with lock:
                pass
        zygotes, self._zygotes = self._zygotes, {}
        await asyncio.gather(*(zygote.stop() for zygote in zygotes.values()))

    async def _start(self, flavour: Flavour) -> Zygote:
        zygote = await Zygote.start(self._python, self._folders.jobs, self._folders.view, flavour)
        try:
            berth = self._berths.make(zygote, TaskLimits())
            try:
                await selftest.attack(lambda canaries: berth.open(self_test=canaries), self._folders.jobs.parent)
            finally:
                self._berths.clean(berth)
        except BaseException:
            await zygote.stop()
            raise
        return zygote
