"""The engine `cpython`: every job in a fresh, confined CPython, forked from the zygote."""

import asyncio
import contextlib
import itertools
import resource
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from orchestration.repl_job import ReplJob, ReplOutcome
from replwright.repl.host import selftest
from replwright.repl.host.berth import Berth
from replwright.repl.host.guest_python import find_guest_python
from replwright.repl.host.inputs import hand_over
from replwright.repl.host.repl import Repl
from replwright.repl.host.run import Run
from replwright.repl.host.scratch import Folders
from replwright.repl.host.uids import UIDS_PER_ENGINE, first_uid
from replwright.repl.host.zygote import Zygote, ZygoteGone

_FORK_TRIES = 3


class CPythonEngine:
    """Implements orchestration.ports.Engine. At most `max_live` REPLs are there at once; a further `run` waits.

    `scratch_root` is a folder for engines alone; what killed ones left there is removed.
    """

    def __init__(self, scratch_root: Path, guest_python: Path | None = None, max_live: int = 200) -> None:
        self._scratch_root, self._guest_python = scratch_root, guest_python
        self._slots: asyncio.Queue[int] = asyncio.Queue()
        for slot in range(min(max_live, UIDS_PER_ENGINE)):
            self._slots.put_nowait(slot)
        self._first_uid = first_uid()
        self._numbers = itertools.count()
        self._folders: Folders | None = None
        self._zygote: Zygote | None = None
        self._stopped = False
        self._starting = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._cleaning: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the zygote and attack it. Raises SandboxUnavailable when this machine cannot hold code."""
        _allow_many_descriptors()
        self._guest_python = find_guest_python(self._guest_python)
        self._folders = Folders(self._scratch_root)
        try:
            zygote = await self._live_zygote()
            async with self._berth(zygote) as berth:
                request = berth.request(TaskLimits())
                await selftest.attack(
                    lambda canaries: Repl.open(zygote, {**request, "self_test": canaries}, TaskLimits()),
                    self._folders.jobs.parent,
                )
        except BaseException:
            await self.stop()
            raise

    async def run(self, job: ReplJob) -> ReplOutcome:
        """Run one job. Cancelling the caller kills its REPL.

        Raises SandboxUnavailable when REPLs cannot be confined any more, OSError when an input's file is not there.
        """
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            for _ in range(_FORK_TRIES):
                zygote = await self._live_zygote()
                with contextlib.suppress(ZygoteGone):
                    return await self._run_in_fresh(zygote, job)
            raise SandboxUnavailable("the process that REPLs are forked from keeps ending", "see replwright doctor")
        finally:
            self._running.discard(task)

    async def stop(self) -> None:
        """End every REPL and the zygote, and leave nothing behind. What runs comes back as `crashed`."""
        self._stopped = True
        if self._zygote is not None:
            await self._zygote.stop()
        if others := self._running - {asyncio.current_task()}:
            await asyncio.wait(others)
        if self._cleaning:
            await asyncio.wait(self._cleaning)
        if self._folders is not None:
            self._folders.close()
            self._folders = None

    async def _run_in_fresh(self, zygote: Zygote, job: ReplJob) -> ReplOutcome:
        """Raises ZygoteGone only before any of the job's code ran."""
        async with self._berth(zygote) as berth:
            repl = berth.repl = await Repl.open(zygote, berth.request(job.limits), job.limits)
            message = {"code": job.code, "context": job.context_data, "limits": asdict(job.limits)}
            if job.inputs or job.results:
                inside = berth.folder / "in"
                message |= await asyncio.to_thread(hand_over, job, inside, to_another_user=berth.uid is not None)
            else:
                message |= {"inputs": [], "results": []}
            await repl.first_word()
            return await Run(repl, job.limits, zygote.rss_bytes, berth.scratch_to_watch).outcome(message)

    @contextlib.asynccontextmanager
    async def _berth(self, zygote: Zygote) -> AsyncIterator[Berth]:
        """A place for one REPL. It is cleaned up behind the caller's back: the answer does not wait for it."""
        folders = self._folders
        if folders is None:
            raise SandboxUnavailable("the engine is not started", "start it first")
        slot = await self._slots.get()
        berth = Berth(f"{slot}-{next(self._numbers)}", self._first_uid + slot, zygote, folders)
        try:
            berth.make()
            yield berth
        finally:
            cleaning = asyncio.create_task(berth.clean(lambda: self._slots.put_nowait(slot)))
            self._cleaning.add(cleaning)
            cleaning.add_done_callback(self._cleaning.discard)

    async def _live_zygote(self) -> Zygote:
        """The zygote; a new one when it died."""
        async with self._starting:
            if self._stopped or self._folders is None or self._guest_python is None:
                raise SandboxUnavailable("the engine is not running", "start it first")
            if self._zygote is not None and self._zygote.gone:
                await self._zygote.stop()
                self._zygote = None
            if self._zygote is None:
                self._zygote = await Zygote.start(self._guest_python, self._folders.jobs, self._folders.view)
            return self._zygote


def _allow_many_descriptors() -> None:
    """A live REPL costs four; the usual soft limit is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
