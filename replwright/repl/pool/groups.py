"""What the tasks of one orchestration share on a host is given back once none of them has run here for a while."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

IDLE_S = 10.0


class Groups:
    """Counts the running jobs of each group. `now` are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._left_at: dict[str, float] = {}

    @contextmanager
    def busy(self, group: str | None) -> Iterator[None]:
        """Within it, a job of this group runs."""
        if group is None:
            yield
            return
        self._running[group] += 1
        self._left_at.pop(group, None)
        try:
            yield
        finally:
            self._running[group] -= 1
            if not self._running[group]:
                del self._running[group]
                self._left_at[group] = time.monotonic()

    def take_idle(self, now: float) -> list[str]:
        """The groups that were left for longer than IDLE_S; each is named once."""
        idle = [group for group, left_at in self._left_at.items() if now - left_at > IDLE_S]
        for group in idle:
            del self._left_at[group]
        return idle
