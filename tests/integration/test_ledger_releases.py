"""Which releases run: a release lives as long as one of its workers does."""

from models.ledger import PostgresLedger
from models.timing import Timing
from tests.support.database import Clock


def test_a_release_lives_with_its_workers(ledger: PostgresLedger) -> None:
    # given
    old = [ledger.register("worker", "n", pid, "old") for pid in (1, 2)]
    ledger.register("worker", "n", 3, "new")
    ledger.register("host", "n", 4, "of a host alone")
    assert ledger.releases() == {"old", "new"}
    # when
    ledger.deregister(old[0])
    assert ledger.releases() == {"old", "new"}
    ledger.deregister(old[1])
    # then
    assert ledger.releases() == {"new"}


def test_a_worker_that_fell_silent_does_not_live_though_nobody_swept(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    ledger.register("worker", "n", 1, "old")
    clock.advance(Timing().dead_after_s + 1)
    # when
    ledger.register("worker", "n", 2, "new")
    # then
    assert ledger.releases() == {"new"}
