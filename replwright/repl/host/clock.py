"""A job's clock: `timeout_s` while its code runs, `wall_s` with all that it waits for, a while to save its state."""

import asyncio

from orchestration.limits import TaskLimits

AFTERWARDS_S = 60.0


class Clock:
    """Runs from its making. `deadline` is an asyncio.timeout around the whole job; it moves as the clock stops."""

    def __init__(self, limits: TaskLimits) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._wall = self._began + limits.wall_s
        self._left, self._since = limits.timeout_s, self._began
        self._ends_after = min(limits.timeout_s, limits.wall_s)
        self.code_has_ended = False
        self.deadline = asyncio.timeout_at(self._began + self._ends_after)

    @property
    def elapsed_s(self) -> float:
        return self._loop.time() - self._began

    @property
    def ran_out_after_s(self) -> float:
        """Which limit the deadline stands for."""
        return self._ends_after

    def stand_still(self) -> None:
        """Only the wall clock counts."""
        self._left -= self._loop.time() - self._since
        self._ends_after = self._wall - self._began
        self.deadline.reschedule(self._wall)

    def go_on(self, limits: TaskLimits) -> None:
        """The code runs again."""
        self._since = self._loop.time()
        ends = min(self._since + self._left, self._wall)
        self._ends_after = limits.timeout_s if ends < self._wall else limits.wall_s
        self.deadline.reschedule(ends)

    def code_ended(self) -> None:
        """What is left to do is not the code's: it has a time of its own."""
        self.code_has_ended = True
        self._ends_after = AFTERWARDS_S
        self.deadline.reschedule(self._loop.time() + AFTERWARDS_S)
