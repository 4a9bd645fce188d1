"""What a thread that goes round tells the others: when it last came round, and how it went."""

import time

from orchestration.errors import ServiceMissing


class Rounds:
    """Written by one thread, read by others. Times are of `time.monotonic`.

    `at` is the end of the last round, `well_at` that of the last good one, `failed_since` that of the first of the
    bad ones in a row. `error` is empty after a good one; `is_service` says that it was a service that was missing.
    """

    def __init__(self) -> None:
        self.at = self.well_at = self.failed_since = time.monotonic()
        self.error = ""
        self.is_service = False

    def went_well(self) -> None:
        self.error = ""
        self.at = self.well_at = time.monotonic()

    def went_wrong(self, error: BaseException) -> None:
        now = time.monotonic()
        if not self.error:
            self.failed_since = now
        self.is_service = isinstance(error, ServiceMissing)
        self.error = str(error) if self.is_service else f"{type(error).__name__}: {error}"
        self.at = now
