"""The Monty workers of an engine: some kept ready, the rest lent to a job, a group of jobs or a named REPL."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from orchestration.errors import SandboxUnavailable
from replwright.repl.host.rust.walls import Walls
from replwright.repl.host.rust.worker import Worker

# A group keeps as many as its jobs use at once, and each for as long as it may need another.
_IDLE_IN_A_GROUP, _IDLE_S = 8, 30.0
_STARTS_AT_ONCE = 2
# A start costs a hundred times what a small job does: it does not stand in its way.
_REFILL_AFTER_S = 0.01


@dataclass
class _Group:
    """Workers that only the jobs of one group have used and will use, the last given back first."""

    idle: list[tuple[Worker, float]] = field(default_factory=list)
    lent: int = 0


class RustPool:
    """At most `max_live` workers; a further `take` waits, and `evict` may make room by ending what idles."""

    def __init__(self, walls: Walls, max_live: int, ready: int, evict: Callable[[], Worker | None]) -> None:
        self._walls, self._wanted, self._evict = walls, min(ready, max_live), evict
        self._slots = deque(range(max_live))
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._ready: deque[Worker] = deque()
        self._groups: dict[str, _Group] = {}
        self._all: set[Worker] = set()
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        # A worker dies with the thread that made it: these live as long as the pool.
        self.threads = ThreadPoolExecutor(max_live + _STARTS_AT_ONCE + 2, thread_name_prefix="rust")

    def counts(self) -> dict[str, int]:
        return {"rust_live": len(self._all), "rust_ready": len(self._ready), "rust_groups": len(self._groups)}

    async def take(self, group: str | None) -> Worker:
        """A worker that no other group has used. Raises SandboxUnavailable when none can be confined."""
        if group is not None:
            shared = self._groups.setdefault(group, _Group())
            shared.lent += 1
            if shared.idle:
                return shared.idle.pop()[0]
        try:
            if self._ready:
                asyncio.get_running_loop().call_later(_REFILL_AFTER_S, self._refill)
                return self._ready.popleft()
            return await self._start()
        except BaseException:
            self._returned(group)
            raise

    def give(self, worker: Worker, group: str | None) -> None:
        """Take a worker back. A dead one, or one that nobody else may use, is ended in the background."""
        shared = self._groups.get(group) if group is not None else None
        if shared is None or worker.dead or self._stopped or self._waiting or len(shared.idle) >= _IDLE_IN_A_GROUP:
            self.discard(worker)
        else:
            shared.idle.append((worker, time.monotonic()))
        self._returned(group)

    def discard(self, worker: Worker) -> None:
        """End a worker in the background, and fill its place."""
        worker.kill()
        self._in_background(self._close(worker))

    def end_group(self, group: str) -> None:
        """End what a group kept."""
        for worker, _ in self._groups.pop(group, _Group()).idle:
            self.discard(worker)

    def expire(self) -> None:
        """End what no job of its group has used for a while."""
        before = time.monotonic() - _IDLE_S
        for name, group in list(self._groups.items()):
            kept = [(worker, since) for worker, since in group.idle if since > before]
            for worker, since in group.idle:
                if since <= before:
                    self.discard(worker)
            group.idle = kept
            if not kept and not group.lent:
                del self._groups[name]

    async def fill(self) -> None:
        """Have the wanted number ready."""
        while len(self._ready) < self._wanted and self._slots and not self._stopped:
            self._ready.append(await self._start())

    def kill(self) -> None:
        """End every process, now; whoever runs code in one hears of it."""
        self._stopped = True
        for worker in self._all:
            worker.kill()
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(SandboxUnavailable("the engine is not running", "start it first"))

    async def close(self) -> None:
        """Give back what the processes leave. Nobody runs code any more."""
        self.kill()
        while self._tasks:
            await asyncio.wait(self._tasks)
        for worker in list(self._all):
            await self._close(worker)
        self.threads.shutdown(wait=False)

    async def _start(self) -> Worker:
        while not self._slots:
            await self._room()
        slot = self._slots.popleft()
        loop = asyncio.get_running_loop()
        making = loop.run_in_executor(self.threads, Worker, self._walls.launcher(slot), slot)
        try:
            worker = await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(lambda done: self._orphan(done, slot))
            raise
        except BaseException:
            self._free(slot)
            raise
        if self._stopped:
            await self._close(worker)
            raise SandboxUnavailable("the engine is not running", "start it first")
        self._all.add(worker)
        return worker

    def _orphan(self, made: "asyncio.Future[Worker]", slot: int) -> None:
        """Whoever wanted it is gone."""
        if made.exception() is not None:
            self._free(slot)
        else:
            self._all.add(made.result())
            self.discard(made.result())

    async def _room(self) -> None:
        """Wait for a free slot; what idles gives way."""
        if victim := self._idle_one() or self._evict():
            self.discard(victim)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _idle_one(self) -> Worker | None:
        if self._ready:
            return self._ready.popleft()
        for group in self._groups.values():
            if group.idle:
                return group.idle.pop(0)[0]
        return None

    async def _close(self, worker: Worker) -> None:
        await asyncio.get_running_loop().run_in_executor(self.threads, worker.close)
        self._all.discard(worker)
        self._free(worker.slot)
        self._refill()

    def _free(self, slot: int) -> None:
        self._slots.append(slot)
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                break

    def _returned(self, group: str | None) -> None:
        shared = self._groups.get(group) if group is not None else None
        if group is not None and shared is not None:
            shared.lent -= 1
            if not shared.lent and not shared.idle:
                del self._groups[group]

    def _refill(self) -> None:
        if self._starting < _STARTS_AT_ONCE and len(self._ready) + self._starting < self._wanted and not self._stopped:
            self._in_background(self._start_one())

    async def _start_one(self) -> None:
        if not self._slots:
            return
        self._starting += 1
        try:
            worker = await self._start()
        except SandboxUnavailable:
            # The next job that needs one tries again, and tells.
            return
        finally:
            self._starting -= 1
        self._ready.append(worker)
        self._refill()

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
