"""Who may run: `max_running` REPLs at once, first come, first served; one whose reply came goes before newcomers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from replwright.repl.host.memory import Memory

_LOOK_AGAIN_S = 0.25


@dataclass
class _Turn:
    """Of whoever runs: how many of its calls wait now. It holds a slot while none does."""

    waits: int = 0
    holds: bool = True


_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


class Admission:
    """Slots of one host. While `memory` is full newcomers wait, but for one at a time where nothing runs at all."""

    def __init__(self, max_running: int, memory: Memory) -> None:
        self._max_running, self._memory = max_running, memory
        self._held = 0
        self._returning: deque[asyncio.Future[None]] = deque()
        self._newcomers: deque[asyncio.Future[None]] = deque()
        self._look: asyncio.TimerHandle | None = None

    @property
    def free(self) -> int:
        """How many newcomers would be let in now."""
        waiting = sum(not one.done() for one in (*self._returning, *self._newcomers))
        return max(0, self._open_slots() - waiting)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it."""
        await self._enter(self._newcomers)
        turn = _Turn()
        token = _turn.set(turn)
        try:
            yield
        finally:
            _turn.reset(token)
            if turn.holds:
                turn.holds = False
                self._leave()

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Inside `running`, in its task or one that this made: give the slot up, and take one back before newcomers."""
        turn = _turn.get()
        if turn is None:
            yield
            return
        turn.waits += 1
        if turn.holds:
            turn.holds = False
            self._leave()
        try:
            yield
        finally:
            turn.waits -= 1
        if not turn.waits:
            await self._enter(self._returning)
            turn.holds = True

    def _open_slots(self) -> int:
        """For newcomers."""
        if self._memory.is_full:
            return 0 if self._held else 1
        return self._max_running - self._held

    async def _enter(self, queue: deque[asyncio.Future[None]]) -> None:
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        self._let_in()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self._held -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._held < self._max_running and self._admit_first(self._returning):
            pass
        while self._newcomers and self._open_slots() > 0 and self._admit_first(self._newcomers):
            pass
        if self._newcomers and self._held < self._max_running and self._look is None:
            # Only the memory holds them back, and nobody tells when that changes.
            self._look = asyncio.get_running_loop().call_later(_LOOK_AGAIN_S, self._look_again)

    def _admit_first(self, queue: deque[asyncio.Future[None]]) -> bool:
        while queue:
            place = queue.popleft()
            if not place.done():
                self._held += 1
                place.set_result(None)
                return True
        return False

    def _look_again(self) -> None:
        self._look = None
        self._let_in()
