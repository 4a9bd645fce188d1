"""Whether a consumer is silent: messages wait, it has room for them, and it receives nothing. No I/O.

A worker may stay connected after a reconnect and yet consume nothing, or its loop may hang: nothing but this shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment: messages that wait, by queue; how many more this worker may take; how many it ever
    received. `at` is of `time.monotonic`."""

    at: float
    waiting: Sequence[tuple[str, int]]
    room: int
    received: int


class Silence:
    """`since` is the first of the looks in a row, at most `gap_s` apart, that saw the consumer silent; else None.

    A longer gap means that this whole process stood still, its consumer with it: that is no silence.
    """

    def __init__(self, gap_s: float = 15.0) -> None:
        self._gap_s = gap_s
        self._last: Look | None = None
        self.since: float | None = None

    @property
    def waiting(self) -> Sequence[tuple[str, int]]:
        """What waited at the last look."""
        return self._last.waiting if self._last else ()

    def look(self, seen: Look) -> None:
        last, self._last = self._last, seen
        if not seen.waiting or seen.room <= 0:
            self.since = None
        elif self.since is None or last is None or seen.received > last.received or seen.at - last.at > self._gap_s:
            self.since = seen.at

    def broken_off(self) -> None:
        """Nothing could be seen: the broker is away, which is not the consumer's fault."""
        self._last = self.since = None
