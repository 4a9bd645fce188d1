"""The scripted model's log against the journal: what the rig tells the checker of it."""

import time

from sqlalchemy import Engine

from models.ledger import PostgresLedger
from orchestration.records import NewOrchestration, Reply
from tests.support.asked import asked_again
from tests.support.scripted_model import Request

QUESTION = "how many?"


def _asked(digest: str, results: tuple[str, ...] = (), plan_errors: tuple[str, ...] = ()) -> Request:
    """A request of the first of twenty turns, now."""
    return Request(1, 1, time.time(), digest, QUESTION, results, plan_errors, True, steps_left=19)


def test_a_request_that_came_after_its_reply_was_committed_is_found(
    ledger: PostgresLedger, database_engine: Engine
) -> None:
    # given a turn whose first plan was repaired
    worker = ledger.register("worker", "n", 1, "r")
    claim = ledger.claim_step(ledger.submit(NewOrchestration(QUESTION, "m")).id, worker, None)
    assert claim
    first = _asked("first")
    ledger.record_reply(claim, 0, "hash of the first", Reply("raw", "m"))
    second = _asked("second", plan_errors=("empty",))
    ledger.record_reply(ledger.start_repair(claim, ["empty"]), 1, "hash of the second", Reply("raw", "m"))

    with database_engine.connect() as connection:
        # when each was asked once, then nothing is wrong
        assert asked_again(connection, [first, second]) == []
        # when one was asked again, or never, or showed what the plan did not hold, then that is found
        [again] = asked_again(connection, [first, second, _asked("first")])
        [never] = asked_again(connection, [first])
        [shown] = asked_again(connection, [first, second, _asked("third"), _asked("second", ("ghost",))])[1:]
    assert (again.promise, "hash of the first was asked 1 times" in again.why) == (3, True)
    assert (never.promise, "a reply to hash of the second that nobody asked for" in never.why) == (3, True)
    assert (shown.promise, "the model saw ['ghost']" in shown.why) == (4, True)
