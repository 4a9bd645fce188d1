"""The engine `cpython`: every job in a confined CPython, forked from a zygote, for the job or ahead of it."""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from orchestration.ports import Calls
from orchestration.repl_job import ReplJob, ReplOutcome
from replwright.repl.host.berth import Berth
from replwright.repl.host.berths import Berths
from replwright.repl.host.choose import flavour_of
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.guest_python import find_guest_python
from replwright.repl.host.live import LiveRepls
from replwright.repl.host.memory import Memory, MemoryGuard
from replwright.repl.host.ready import ReadySets
from replwright.repl.host.run import run_alone
from replwright.repl.host.scratch import Folders
from replwright.repl.host.template import Template, Templates
from replwright.repl.host.uids import UIDS_PER_ENGINE
from replwright.repl.host.zygote import ZygoteGone
from replwright.repl.host.zygotes import Zygotes

_FORK_TRIES = 3


class CPythonEngine:
    """Implements orchestration.ports.Engine. At most `max_live` REPLs are there at once, those of the sets `ready`
    not counted; a further `run` waits. A named one that idles for `ttl_s` seconds is ended.

    `scratch_root` is a folder for engines alone; what killed ones left there is removed.
    """

    def __init__(
        self,
        scratch_root: Path,
        guest_python: Path | None = None,
        max_live: int = 200,
        ready: Mapping[Flavour, int] | None = None,
        ttl_s: float = 1800.0,
        memory: Memory | None = None,
    ) -> None:
        self._scratch_root, self._guest_python = scratch_root, guest_python
        self._max_live, self._wanted, self._ttl_s = max_live, dict(ready or {}), ttl_s
        self._memory = memory or Memory()
        self._running: set[asyncio.Task[Any]] = set()
        self._parts: _Parts | None = None

    async def start(self) -> None:
        """Start the zygotes and attack them. Raises SandboxUnavailable when this machine cannot hold code."""
        _allow_many_descriptors()
        python = find_guest_python(self._guest_python)
        self._parts = parts = _Parts(self, python)
        try:
            await asyncio.gather(parts.zygotes.get(Flavour.BARE), parts.zygotes.get(Flavour.DATA))
        except BaseException:
            await self.stop()
            raise
        parts.ready.start()
        parts.guard.start()

    async def run(self, job: ReplJob, calls: Calls | None = None) -> ReplOutcome:
        """Run one job. Cancelling the caller kills its REPL.

        Raises SandboxUnavailable when REPLs cannot be confined any more, OSError when a file of the job is not there.
        """
        parts = self._parts
        if parts is None:
            raise SandboxUnavailable("the engine is not running", "start it first")
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            for _ in range(_FORK_TRIES):
                with contextlib.suppress(ZygoteGone):
                    if job.named is not None:
                        return await parts.live.run(job, job.named, calls)
                    async with parts.fresh(job) as (berth, tables):
                        return await run_alone(berth, job, calls, tables)
            raise SandboxUnavailable("the process that REPLs are forked from keeps ending", "see replwright doctor")
        finally:
            self._running.discard(task)

    async def forget(self, key: str) -> None:
        """End the live copy of a named REPL, if there is one."""
        if self._parts is not None:
            await self._parts.live.forget(key)

    async def end_group(self, group: str) -> None:
        """Give back what the jobs of a group shared."""
        if self._parts is not None:
            await self._parts.templates.end_group(group)

    def stats(self) -> dict[str, int]:
        """Counts of now: `live` are places taken, of which `named` idle; `ready` ones wait beside them."""
        if self._parts is None:
            return dict.fromkeys(("live", "active", "named", "ready", "zygotes", "templates"), 0)
        return {
            "live": self._parts.live.capacity.taken,
            "active": len(self._running),
            "named": self._parts.live.count,
            "ready": self._parts.ready.count,
            "zygotes": len(self._parts.zygotes.pids()),
            "templates": len(self._parts.templates.live),
        }

    @property
    def walls(self) -> tuple[str, ...]:
        """What confines REPLs on this machine, the outermost first."""
        return self._parts.zygotes.walls if self._parts is not None else ()

    def zygote_pids(self) -> list[int]:
        """The processes that REPLs are forked from, the bare one first."""
        return self._parts.zygotes.pids() if self._parts is not None else []

    async def stop(self) -> None:
        """End every REPL and the zygotes, and leave nothing behind. What runs comes back as `crashed`."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        await parts.guard.stop()
        await parts.ready.stop()
        await parts.templates.stop()
        await parts.zygotes.stop()
        if others := self._running - {asyncio.current_task()}:
            await asyncio.wait(others)
        await parts.live.stop()
        await parts.berths.all_clean()
        parts.folders.close()


class _Parts:
    """What an engine is made of between its start and its stop."""

    def __init__(self, engine: CPythonEngine, python: Path) -> None:
        self.folders = Folders(engine._scratch_root)
        self.berths = Berths(self.folders)
        self.zygotes = Zygotes(python, self.folders, self.berths)
        self.templates = Templates(lambda: self.zygotes.get(Flavour.DATA), self.berths, self.folders)
        # REPLs that wait, and those that are being cleaned, need users too.
        max_live = min(engine._max_live, UIDS_PER_ENGINE // 2)
        self.live = LiveRepls(self.open, self.berths, max_live, engine._ttl_s)
        self.ready = ReadySets(
            engine._wanted, self._ahead, self.berths.clean, lambda: len(engine._running), engine._memory
        )
        self.guard = MemoryGuard(engine._memory, self.berths.repls, self.live.drop_the_dead)

    async def open(self, flavour: Flavour, limits: TaskLimits) -> Berth:
        """A REPL that waits: a ready one if there is one. Raises ZygoteGone, SandboxUnavailable, OSError."""
        return self.ready.take(flavour, limits) or await self._fork(flavour, limits)

    @contextlib.asynccontextmanager
    async def fresh(self, job: ReplJob) -> AsyncIterator[tuple[Berth, list[str]]]:
        """One for this job alone, and the names of the tables that it holds already.

        It is cleaned behind the caller's back, and its place is free only then.
        """
        await self.live.capacity.take()
        template = None
        try:
            template = await self.templates.for_job(job)
            berth = await self._from(template, job)
        except BaseException:
            self._give_back(template)
            raise
        try:
            yield berth, template.tables(job) if template is not None and berth.zygote is template.zygote else []
        finally:
            self.berths.clean(berth, lambda: self._give_back(template))

    async def _from(self, template: Template | None, job: ReplJob) -> Berth:
        """What a template cannot give, the zygotes do."""
        if template is not None:
            with contextlib.suppress(ZygoteGone, SandboxUnavailable, OSError):
                return await self.berths.open(template.zygote, job.limits)
        return await self.open(flavour_of(job.code), job.limits)

    def _give_back(self, template: Template | None) -> None:
        if template is not None:
            self.templates.release(template)
        self.live.capacity.give()

    async def _ahead(self, flavour: Flavour, limits: TaskLimits) -> Berth:
        return await self.berths.open(await self.zygotes.get(flavour), limits, ahead=True)

    async def _fork(self, flavour: Flavour, limits: TaskLimits) -> Berth:
        return await self.berths.open(await self.zygotes.get(flavour), limits)


def _allow_many_descriptors() -> None:
    """A live REPL costs four; the usual soft limit is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
