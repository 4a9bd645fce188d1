"""This process as the ledger knows it: registered, kept alive by a pulse, registered anew if it was given up."""

import contextlib
import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from orchestration.errors import ServiceMissing
from orchestration.ports import Interrupt, Ledger
from orchestration.records import StepClaim
from replwright import machine
from workers.holds import Holds
from workers.rounds import Rounds

PULSE_S = 2.0
log = logging.getLogger(__name__)


class Process:
    """A row in `processes` and the thread that renews it. `problems` are what this process complains of just now.

    While the ledger is away it is made all the same, and registers once it can: `id` raises ServiceMissing until then.
    """

    def __init__(
        self,
        ledger: Ledger,
        kind: str,
        release: str,
        problems: Callable[[], Sequence[str]] = lambda: (),
        queues: Sequence[str] = (),
    ) -> None:
        self._ledger, self._kind, self._release, self._problems = ledger, kind, release, problems
        self._queues = queues
        self._lock = threading.Lock()
        self._id: int | None = None
        self._holds = Holds()
        self._to_release: deque[StepClaim] = deque()
        self._stop = threading.Event()
        self.rounds = Rounds()
        self.thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self.thread.start()

    @property
    def id(self) -> int:
        with self._lock:
            if self._id is None:
                self._id = self._register()
            return self._id

    @property
    def leaving(self) -> bool:
        """Whether it takes no work any more."""
        return self._holds.closed

    def holding(self, claim: StepClaim) -> AbstractContextManager[Interrupt]:
        """While it lasts, the pulse asks after this claim. The interrupt is set when it is lost, or when we leave."""
        return self._holds.holding(claim)

    def release_when_possible(self, claim: StepClaim) -> None:
        """Give a step back with the next pulse that gets through: nobody takes it from a process that lives."""
        self._to_release.append(claim)

    def leave(self) -> None:
        """Take nothing more, and let go of what is held: calls of a model end now, and their steps are given back."""
        self._holds.close()

    def close(self) -> None:
        """Say goodbye, so that what this process still holds is returned at once."""
        self.leave()
        self._stop.set()
        with self._lock:
            if self._id is not None:
                with contextlib.suppress(ServiceMissing):
                    self._ledger.deregister(self._id)

    def _register(self) -> int:
        node, pid = socket.gethostname(), os.getpid()
        return self._ledger.register(self._kind, node, pid, self._release, *machine.this_process(), self._queues)

    def _beat(self) -> None:
        while True:
            try:
                self._beat_once()
                self.rounds.went_well()
            except ServiceMissing as error:
                log.warning("pulse missed: %s", error)
                self.rounds.went_wrong(error)
            except Exception as error:
                # A pulse that stops would cost a living process its work.
                log.exception("pulse failed")
                self.rounds.went_wrong(error)
            if self._stop.wait(PULSE_S):
                return

    def _beat_once(self) -> None:
        number, held = self.id, self._holds.now()
        pulse = self._ledger.pulse(number, [hold.claim for hold in held.values()], self._problems())
        # Whatever was claimed since then is not meant.
        for step_id in pulse.lost if pulse.alive else held:
            held[step_id].interrupt.set()
        if not pulse.alive and not self._stop.is_set():
            log.warning("process %d was given up by a sweeper; registering anew", number)
            with self._lock:
                self._id = None
        while self._to_release:
            self._ledger.release_step(self._to_release[0], graceful=True)
            self._to_release.popleft()
