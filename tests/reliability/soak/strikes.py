"""Strikes by the schedule, and watches over what was struck until it is recovered from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from tests.reliability.soak.faults import Faults
from tests.reliability.soak.recovery import GIVEN_UP_S, Struck, Watch
from tests.reliability.soak.schedule import Fault, Strike, strikes

# How long a patient strike waits for those before it.
PATIENCE_S = 30.0


class Strikes:
    """Moved by `tick`, from one thread."""

    def __init__(self, seed: int, faults: Sequence[Fault], doer: Faults, tell: Callable[[str], None]) -> None:
        self._schedule = strikes(seed, faults)
        self._doer = doer
        self._tell = tell
        self._next: Strike = next(self._schedule)
        self._quiet_since = self._last = 0.0
        self.watched: list[Watch] = []
        self.struck: list[Struck] = []

    @property
    def unrecovered(self) -> list[str]:
        """Faults that were not recovered from, a line each."""
        return [
            f"{each.fault} (pid {each.pid}, {each.moment:%H:%M:%S}) was not recovered from within {GIVEN_UP_S:.0f} s"
            for each in self.struck
            if each.lost
        ]

    def look(self, now: float) -> None:
        """At what is not recovered from yet."""
        for watch in list(self.watched):
            if watch.look(now):
                self.watched.remove(watch)
                self._tell(_line(watch.struck))

    def tick(self, now: float) -> None:
        """Look, and strike if it is time."""
        self.look(now)
        if not self.watched:
            self._quiet_since = self._quiet_since or now
        else:
            self._quiet_since = 0.0
        waits = self._next.patient and self.watched and now - self._last < PATIENCE_S
        since = max(self._last, self._quiet_since) if self._next.patient else self._last
        if not waits and now - since >= self._next.gap_s:
            self._strike(self._next)
            self._next = next(self._schedule)
            self._last = now

    def as_json(self) -> list[dict[str, Any]]:
        """Every fault, oldest first."""
        return [
            {name: value for name, value in asdict(each).items() if name != "at"}
            | {"moment": each.moment.isoformat(timespec="milliseconds"), "fault": each.fault.value}
            for each in self.struck
        ]

    def _strike(self, strike: Strike) -> None:
        before = list(self.watched)
        made = [self._doer.strike(fault) for fault in strike.faults]
        hit = [watch for watch in made if watch.struck.hit]
        for watch in hit:
            watch.struck.alone = not before and len(hit) == 1
        for watch in before:
            watch.struck.alone = watch.struck.alone and not hit
        self.struck += [watch.struck for watch in made]
        for watch in made:
            if watch.struck.hit and not watch.look(watch.struck.at):
                self.watched.append(watch)
            else:
                self._tell(_line(watch.struck))


def _line(struck: Struck) -> str:
    if not struck.hit:
        return f"{struck.moment:%H:%M:%S} {struck.fault}: did not hit: {struck.why}"
    times = f"serves after {struck.served_s} s, work after {struck.recovered_s} s"
    return f"{struck.moment:%H:%M:%S} {struck.fault} (pid {struck.pid}, held {struck.held}): {times}"
