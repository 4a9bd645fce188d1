"""The thread that deletes blobs nobody needs any more. Beat runs it, as there is one beat."""

import logging
import random
import threading
from functools import partial
from itertools import islice

from orchestration.ports import Blobs, Ledger

# What was put within this time is spared: its row may be on the way.
SPARED_S = 24 * 3600.0
_FIRST_S, _EVERY_S = 60.0, 3600.0
_BATCH = 200
log = logging.getLogger(__name__)


class Collector(threading.Thread):
    """Collects soon after its start, and then about every hour. Two at once do no harm."""

    def __init__(self, ledger: Ledger, blobs: Blobs) -> None:
        super().__init__(name="collector", daemon=True)
        self._ledger, self._blobs = ledger, blobs
        self._delete = partial(blobs.delete_unused, older_than_s=SPARED_S)
        self._stopped = threading.Event()

    def run(self) -> None:
        wait_s = _FIRST_S
        while not self._stopped.wait(wait_s * random.uniform(0.5, 1.5)):  # noqa: S311
            self.collect_once()
            wait_s = _EVERY_S

    def collect_once(self) -> None:
        try:
            by_row, without_row = self._with_rows(), self._without_rows()
        except Exception as error:
            # Whatever went wrong, the next pass must come, or the disk fills.
            log.warning("collection of blobs failed: %s: %s", type(error).__name__, error)
            return
        if by_row or without_row:
            log.info("collected %d unused blobs and %d files without a row", by_row, without_row)

    def stop(self) -> None:
        self._stopped.set()

    def _with_rows(self) -> int:
        collected = 0
        while count := self._ledger.collect_blobs(SPARED_S, _BATCH, self._delete):
            collected += count
        return collected

    def _without_rows(self) -> int:
        """A file comes before its row: one whose row never came belongs to a process that died."""
        collected = 0
        keys = self._blobs.keys_older_than(SPARED_S)
        while batch := list(islice(keys, _BATCH)):
            known = self._ledger.known_blobs(batch)
            collected += sum(self._delete(key) for key in batch if key not in known)
        return collected
