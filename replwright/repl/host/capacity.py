"""How many REPLs may be live at once: running ones and named ones that idle. First come, first served."""

import asyncio
from collections import deque
from collections.abc import Callable


class Capacity:
    """`most` places. Who finds none waits, and `make_room` is told that an idle one should go."""

    def __init__(self, most: int, make_room: Callable[[], None]) -> None:
        self._free, self._most = most, most
        self._make_room = make_room
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def taken(self) -> int:
        return self._most - self._free

    @property
    def wanted(self) -> bool:
        """Whether somebody waits."""
        return any(not one.done() for one in self._waiting)

    async def take(self) -> None:
        if self._free > 0:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._make_room()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Give a place back: to who has waited longest."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
