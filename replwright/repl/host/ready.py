"""REPLs that wait for a job, confined already, so that a job need not wait for them. Refilled behind its back."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from orchestration.errors import SandboxUnavailable
from orchestration.limits import MAX_TASK_TIMEOUT_S, TaskLimits
from replwright.repl.host.berth import Berth
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.memory import Memory
from replwright.repl.host.zygote import ZygoteGone

# The deadline is the host's; the processor limit, fixed at birth, must fit the longest job.
LIMITS = TaskLimits(timeout_s=MAX_TASK_TIMEOUT_S)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 30.0
_FULL_PAUSE_S = 0.5
# A refill lets jobs go first for as long as there is something left to give to the next one.
_YIELD_S, _YIELDS = 0.002, 10
# What plots are forked from costs seconds of processor time to start, just when a host has its first jobs to serve.
_PLOTS_AFTER_S = 10.0

Open = Callable[[Flavour, TaskLimits], Awaitable[Berth]]


class ReadySets:
    """`wanted` REPLs of each flavour, made by `open_berth`; `discard` takes those that died; `busy` counts jobs.

    While `memory` is full none is made.
    """

    def __init__(
        self,
        wanted: Mapping[Flavour, int],
        open_berth: Open,
        discard: Callable[[Berth], object],
        busy: Callable[[], int],
        memory: Memory,
    ) -> None:
        self._wanted = {flavour: wanted.get(flavour, 0) for flavour in Flavour}
        self._open, self._discard, self._busy = open_berth, discard, busy
        self._memory = memory
        self._stock: dict[Flavour, deque[Berth]] = {flavour: deque() for flavour in Flavour}
        self._taken = asyncio.Event()
        self._plots_from = asyncio.get_running_loop().time() + _PLOTS_AFTER_S
        self._refilling: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        return sum(len(stock) for stock in self._stock.values())

    def start(self) -> None:
        if any(self._wanted.values()):
            self._refilling = asyncio.create_task(self._refill())

    def take(self, flavour: Flavour, limits: TaskLimits) -> Berth | None:
        """One for a job with these limits; None when there is none: then it is forked for the job."""
        stock = self._stock[flavour]
        if flavour is Flavour.PLOT and self._plots_wait_s():
            self._plots_from = 0.0
            self._taken.set()
        while stock and stock[0].suits(limits):
            self._taken.set()
            berth = stock.popleft()
            if berth.usable:
                return berth
            self._discard(berth)
        return None

    async def stop(self) -> None:
        """Stop refilling and end those that wait."""
        if self._refilling is not None:
            self._refilling.cancel()
            await asyncio.wait({self._refilling})
        for stock in self._stock.values():
            while stock:
                self._discard(stock.popleft())

    async def _refill(self) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            flavour = self._most_wanted()
            if flavour is None:
                self._taken.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._taken.wait(), self._plots_wait_s() or None)
                continue
            await self._let_jobs_go_first(flavour)
            if self._memory.is_full:
                await asyncio.sleep(_FULL_PAUSE_S)
                continue
            try:
                self._stock[flavour].append(await self._open(flavour, LIMITS))
            except (SandboxUnavailable, ZygoteGone, OSError):
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                pause = _FIRST_PAUSE_S

    def _most_wanted(self) -> Flavour | None:
        """The flavour of whose set the largest part is missing."""
        missing = {
            flavour: 1 - len(self._stock[flavour]) / wanted
            for flavour, wanted in self._wanted.items()
            if wanted and not (flavour is Flavour.PLOT and self._plots_wait_s())
        }
        flavour = max(missing, key=lambda one: missing[one], default=None)
        return flavour if flavour is not None and missing[flavour] > 0 else None

    def _plots_wait_s(self) -> float:
        """How long plots are still to wait for their turn; 0 when they may be made."""
        return max(0.0, self._plots_from - asyncio.get_running_loop().time())

    async def _let_jobs_go_first(self, flavour: Flavour) -> None:
        for _ in range(_YIELDS):
            if not self._busy() or not self._stock[flavour]:
                return
            await asyncio.sleep(_YIELD_S)
