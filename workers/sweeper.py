"""The timer thread that finds what should be moving and is not. It runs beside the queue, never through it."""

import logging
import random
import threading

from orchestration.ports import Hints, Ledger
from workers.neighbours import give_up_gone
from workers.rounds import Rounds

log = logging.getLogger(__name__)


class Sweeper(threading.Thread):
    """Sweeps about every `interval_s` seconds, apart from its siblings in other processes."""

    def __init__(self, ledger: Ledger, hints: Hints, interval_s: float) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._ledger = ledger
        self._hints = hints
        self._interval_s = interval_s
        self._stopped = threading.Event()
        self.rounds = Rounds()

    def run(self) -> None:
        while not self._stopped.wait(self._interval_s * random.uniform(0.7, 1.3)):  # noqa: S311
            self.sweep_once()

    def sweep_once(self) -> None:
        try:
            give_up_gone(self._ledger)
            swept = self._ledger.sweep()
        except Exception as error:
            # Whatever went wrong, the next sweep must come: it is what everything else leans on.
            log.warning("sweep failed: %s: %s", type(error).__name__, error)
            self.rounds.went_wrong(error)
            return
        if swept.ended or swept.steps_returned or swept.tasks_returned or swept.closed:
            log.info(
                "sweep: %d ended, %d steps and %d tasks returned, %d batches closed",
                *(swept.ended, swept.steps_returned, swept.tasks_returned, swept.closed),
            )
        self._hints.send(swept.hints)
        self.rounds.went_well()

    def stop(self) -> None:
        self._stopped.set()
