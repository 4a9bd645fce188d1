"""Templates: a table that several jobs of a group read is loaded once; their REPLs are forked from what holds it."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from orchestration.errors import SandboxUnavailable
from orchestration.limits import MAX_TASK_TIMEOUT_S, TaskLimits
from orchestration.repl_job import InputFile, ReplJob
from replwright.repl.frames import ProtocolViolation
from replwright.repl.host.berth import Berth
from replwright.repl.host.berths import Berths
from replwright.repl.host.loader import TableFile, load_table
from replwright.repl.host.scratch import Folders
from replwright.repl.host.table_reads import shared_tables
from replwright.repl.host.zygote import Zygote, ZygoteGone

MOST_TEMPLATES = 4
IDLE_S = 60.0
_LOADERS = 2
_OVERHEAD_BYTES = 256 * 1024**2
_FAILURES = (OSError, ZygoteGone, SandboxUnavailable, ProtocolViolation)
Result = TypeVar("Result")


@dataclass(eq=False)
class Template:
    """A zygote that holds the tables of `inputs`. `users` counts the REPLs that are forked from it, or soon will be."""

    zygote: Zygote
    inputs: tuple[InputFile, ...]
    berth: Berth
    users: int = 0
    used_at: float = 0.0
    is_over: bool = False
    unused: asyncio.Event = field(default_factory=asyncio.Event)

    def tables(self, job: ReplJob) -> list[str]:
        """The names by which `job` finds what is held."""
        return [one.name for one in self.inputs if one in job.inputs]


@dataclass(eq=False)
class _Group:
    """What the jobs of one group share; what is None failed, and is not tried again."""

    files: "dict[InputFile, asyncio.Task[TableFile | None]]" = field(default_factory=dict)
    templates: "dict[_Key, asyncio.Task[Template | None]]" = field(default_factory=dict)


_Key = tuple[tuple[InputFile, ...], int, int]


class Templates:
    """`zygote` gives the process that knows tables. At most MOST_TEMPLATES at once; an idle one ends after IDLE_S."""

    def __init__(self, zygote: Callable[[], Awaitable[Zygote]], berths: Berths, folders: Folders) -> None:
        self._zygote, self._berths, self._folders = zygote, berths, folders
        self._groups: dict[str, _Group] = {}
        self._live: set[Template] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._loaders = asyncio.Semaphore(_LOADERS)
        self._began: WeakKeyDictionary[asyncio.Task[Template | None], float] = WeakKeyDictionary()

    @property
    def live(self) -> frozenset[Template]:
        return frozenset(self._live)

    async def for_job(self, job: ReplJob) -> Template | None:
        """What to fork the job's REPL from, until `release` is called; None: from the ordinary zygote."""
        template = await self._find(job)
        if template is not None:
            template.users += 1
            template.unused.clear()
        return template

    def release(self, template: Template) -> None:
        """The REPL that was forked from it is gone, its folder too."""
        loop = asyncio.get_running_loop()
        template.users -= 1
        template.used_at = loop.time()
        if not template.users:
            template.unused.set()
        if template.is_over and not template.users:
            self._end(template)
        elif not template.users:
            loop.call_later(IDLE_S, self._end_if_idle, template)

    async def end_group(self, group: str) -> None:
        """Give back what the jobs of `group` shared; what is in use ends with its last job."""
        if (left := self._groups.pop(group, None)) is not None:
            await self._give_back(left)

    async def stop(self) -> None:
        """End them all."""
        groups, self._groups = self._groups, {}
        for group in groups.values():
            await self._give_back(group)
        for template in list(self._live):
            self._end(template)
        while self._ending:
            await asyncio.wait(self._ending)

    async def _find(self, job: ReplJob) -> Template | None:
        try:
            inputs = shared_tables(job)
        except OSError:
            return None
        if not inputs or job.group is None:
            return None
        group = self._groups.setdefault(job.group, _Group())
        limits = job.limits
        for (held, memory, scratch), making in group.templates.items():
            if set(inputs) <= set(held) and memory >= limits.memory_bytes and scratch >= limits.scratch_bytes:
                return await self._usable(making, limits)
        if not self._make_room():
            return None
        key = (inputs, limits.memory_bytes, limits.scratch_bytes)
        group.templates[key] = making = asyncio.create_task(self._make(group, inputs, limits))
        return await self._usable(making, limits)

    async def _usable(self, making: "asyncio.Task[Template | None]", limits: TaskLimits) -> Template | None:
        # Not awaited itself: others may wait for it too, and its end is not this job's. Nobody waits for a table for
        # longer than a job may run: whoever comes later than that takes an ordinary REPL at once.
        began = self._began.setdefault(making, asyncio.get_running_loop().time())
        await asyncio.wait({making}, timeout=began + limits.timeout_s - asyncio.get_running_loop().time())
        if not making.done():
            return None
        template = _result(making)
        return None if template is None or template.zygote.gone else template

    async def _make(self, group: _Group, inputs: tuple[InputFile, ...], limits: TaskLimits) -> Template | None:
        for one in inputs:
            if one not in group.files:
                group.files[one] = asyncio.create_task(self._load(one, limits))
        files = [await group.files[one] for one in inputs]
        loaded = [one for one in files if one is not None]
        if len(loaded) < len(files):
            return None
        try:
            template = await self._fork(inputs, loaded, limits)
        except _FAILURES:
            return None
        self._live.add(template)
        return template

    async def _load(self, one: InputFile, limits: TaskLimits) -> TableFile | None:
        async with self._loaders:
            try:
                return await load_table(one, limits, await self._zygote(), self._berths, self._folders)
            except _FAILURES:
                return None

    async def _fork(self, inputs: tuple[InputFile, ...], files: list[TableFile], limits: TaskLimits) -> Template:
        zygote = await self._zygote()
        # The file is mapped, and what cannot stay there is copied out of it.
        memory = 2 * sum(one.size_bytes for one in files) + _OVERHEAD_BYTES + limits.memory_bytes
        berth = self._berths.make(zygote, replace(limits, memory_bytes=memory, timeout_s=MAX_TASK_TIMEOUT_S))
        try:
            tables = [(one.name, os.dup(one.descriptor)) for one in files]
            made = await zygote.template(berth.request(), tables)
        except BaseException:
            self._berths.clean(berth)
            raise
        now = asyncio.get_running_loop().time()
        return Template(made, inputs, berth, used_at=now)

    def _make_room(self) -> bool:
        """Whether there is a place for one more, after the one has ended that was idle for longest."""
        made = sum(not making.done() for group in self._groups.values() for making in group.templates.values())
        if len(self._live) + made < MOST_TEMPLATES:
            return True
        idle = [one for one in self._live if not one.users]
        if not idle:
            return False
        self._end(min(idle, key=lambda one: one.used_at))
        return True

    def _end_if_idle(self, template: Template) -> None:
        idle_s = asyncio.get_running_loop().time() - template.used_at
        if not template.users and idle_s >= IDLE_S:
            self._end(template)

    def _end(self, template: Template) -> None:
        if template not in self._live:
            return
        self._live.discard(template)
        for group in self._groups.values():
            for key, making in list(group.templates.items()):
                if making.done() and _result(making) is template:
                    del group.templates[key]
            if not group.templates:
                _close_files(group)
        self._later(self._stop(template))

    async def _stop(self, template: Template) -> None:
        await template.zygote.stop()
        if template.users:
            # Their folders are in its folder.
            await template.unused.wait()
        await self._berths.clean(template.berth)

    async def _give_back(self, group: _Group) -> None:
        waiting: set[asyncio.Task[Any]] = {*group.files.values(), *group.templates.values()}
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)
        for making in group.templates.values():
            if (template := _result(making)) is not None:
                template.is_over = True
                if not template.users:
                    self._end(template)
        _close_files(group)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _close_files(group: _Group) -> None:
    """What was loaded for it; what failed to load stays known."""
    for one, loading in list(group.files.items()):
        if (file := _result(loading)) is not None:
            os.close(file.descriptor)
            del group.files[one]


def _result(task: "asyncio.Task[Result | None]") -> Result | None:
    """What a task came to, if it came to anything; awaits nothing."""
    return task.result() if task.done() and not task.cancelled() else None
