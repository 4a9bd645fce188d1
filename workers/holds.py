"""The steps that this process plans now, each with the interrupt of whoever plans it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from orchestration.records import StepClaim
from workers.interrupts import Interrupt


@dataclass(frozen=True, slots=True)
class Hold:
    claim: StepClaim
    interrupt: Interrupt


class Holds:
    """By the id of the step. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, Hold] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    @contextmanager
    def holding(self, claim: StepClaim) -> Iterator[Interrupt]:
        """While it lasts, the pulse tells the ledger of this claim, and the interrupt is set once it is not ours."""
        hold = Hold(claim, Interrupt())
        with self._lock:
            # A thread that hung past its claim may plan the same step still: nobody waits for that any more.
            before = self._held.get(claim.step_id)
            self._held[claim.step_id] = hold
            closed = self._closed
        if before:
            before.interrupt.set()
        if closed:
            hold.interrupt.set()
        try:
            yield hold.interrupt
        finally:
            with self._lock:
                if self._held.get(claim.step_id) is hold:
                    del self._held[claim.step_id]

    def now(self) -> Mapping[int, Hold]:
        """As they are at this moment."""
        with self._lock:
            return dict(self._held)

    def close(self) -> None:
        """Interrupt all, and whatever comes later."""
        with self._lock:
            self._closed = True
        for hold in self.now().values():
            hold.interrupt.set()
