"""The checker passes a good database and rejects one corrupted database per promise, at least."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from models.checker import Ask, check
from models.ledger import PostgresLedger
from tests.support.driver import Driver, ScriptedModel

SCRIPT = {"first": [["a", "b"], ["c"]], "second": [["d", "e", "f"]], "open": [["g", "h"]]}


@pytest.fixture
def driver(ledger: PostgresLedger) -> Driver:
    """Two orchestrations that ended, and one of which a task is still running."""
    driver = Driver(ledger, ScriptedModel(SCRIPT), random.Random(0))
    driver.submit("first")
    driver.submit("second")
    driver.to_the_end()
    driver.submit("open")
    driver.take(driver.hints.pop())
    driver.take(driver.hints.pop())
    driver.land([driver.running.pop()])
    return driver


def ids(driver: Driver) -> list[UUID]:
    return [view.id for view in driver.ledger.list()]


def violations(engine: Engine, *statements: str) -> list[str]:
    """What the checker says after these statements; constraints that would refuse them are dropped first."""
    with engine.begin() as connection:
        for table in ("orchestrations", "steps", "repl_tasks", "repl_task_results", "model_calls", "events"):
            names = connection.execute(
                text(
                    "SELECT conname FROM pg_constraint"
                    " WHERE conrelid = CAST(:t AS regclass) AND contype IN ('c', 'p', 'u')"
                ),
                {"t": table},
            ).scalars()
            for name in names.all():
                connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}" CASCADE'))
        connection.execute(text("DROP INDEX uq_model_calls_reply"))
        for statement in statements:
            connection.execute(text(statement))
        return [str(violation) for violation in check(connection)]


def test_a_good_database_passes(driver: Driver, database_engine: Engine) -> None:
    with database_engine.connect() as connection:
        assert check(connection, accepted=ids(driver), asks=driver.model.asks) == []


OPEN = "(SELECT id FROM orchestrations WHERE ended_at IS NULL)"
ENDED = "(SELECT id FROM orchestrations WHERE ended_at IS NOT NULL LIMIT 1)"


@pytest.mark.parametrize(
    ("promise", "why", "corruption"),
    [
        (1, "0 open steps", f"DELETE FROM steps WHERE orchestration_id = {OPEN}"),
        (1, "0 open steps", f"UPDATE steps SET status = 'landed' WHERE orchestration_id = {OPEN}"),
        (1, "is queued but its step 1", f"UPDATE orchestrations SET status = 'queued' WHERE id = {OPEN}"),
        (1, "waits for nothing", "UPDATE repl_tasks SET state = 'cancelled' WHERE state = 'running'"),
        (1, "runs nowhere", "UPDATE repl_tasks SET process_id = NULL WHERE state = 'running'"),
        (1, "has no question", "DELETE FROM orchestration_payloads"),
        (2, "done without a result", "DELETE FROM repl_task_results"),
        (2, "2 results", "INSERT INTO repl_task_results SELECT * FROM repl_task_results"),
        (
            2,
            "2 times",
            "INSERT INTO events SELECT orchestration_id, 99, name, at, data FROM events WHERE name = 'task_landed'",
        ),
        (2, "without gaps", "DELETE FROM events WHERE seq = 2"),
        (2, "without gaps", "UPDATE steps SET ordinal = ordinal + 1 WHERE ordinal > 1"),
        (2, "landed while task", "UPDATE repl_tasks SET state = 'pending' WHERE task_id = 'a'"),
        (2, "not the last one", "UPDATE steps SET status = 'failed' WHERE ordinal = 1"),
        (2, "was landed 1 times", f"UPDATE steps SET status = 'done' WHERE orchestration_id = {ENDED} AND ordinal = 1"),
        (3, "although its result", "UPDATE repl_tasks SET state = 'pending' WHERE task_id = 'b'"),
        (3, "although its result", "UPDATE repl_tasks SET attempt = 2 WHERE task_id = 'b'"),
        (
            3,
            "2 replies",
            "INSERT INTO model_calls (orchestration_id, step_id, plan_attempt, repair, request_hash, raw)"
            " SELECT orchestration_id, step_id, plan_attempt, repair, request_hash, raw FROM model_calls",
        ),
        (
            3,
            "asked again after its reply",
            "INSERT INTO model_calls (orchestration_id, step_id, plan_attempt, repair, request_hash, failure)"
            " SELECT orchestration_id, step_id, plan_attempt + 1, repair, request_hash, 'x' FROM model_calls",
        ),
        (4, "was planned as", "UPDATE repl_tasks SET ordinal = 5 - ordinal WHERE task_id IN ('d', 'e', 'f')"),
        (4, "have the place", "UPDATE repl_tasks SET ordinal = 0 WHERE task_id = 'e'"),
        (5, "after its deadline", "UPDATE orchestrations SET deadline_at = deadline_at - interval '2 hours'"),
        (5, "still waiting after", "UPDATE orchestrations SET deadline_at = deadline_at - interval '2 hours'"),
        (5, "without a reason", f"UPDATE orchestrations SET reason = NULL WHERE id = {ENDED}"),
        (5, "announced 0 times", "DELETE FROM events WHERE name = 'ended'"),
        (5, "retried 1 times, but its end", f"UPDATE orchestrations SET retries = 1 WHERE id = {ENDED}"),
        (
            5,
            "retried 0 times, but its end",
            "INSERT INTO events SELECT orchestration_id, seq + 1, 'retried', at, data FROM events WHERE name = 'ended'",
        ),
        (
            5,
            "something happened after its end: message",
            "INSERT INTO events SELECT orchestration_id, seq + 1, 'message', at, data FROM events WHERE name = 'ended'",
        ),
        (
            2,
            "it is a fork, but step 2",
            "UPDATE orchestrations SET forked_step = 9, forked_from = id;"
            " UPDATE steps SET status = 'failed' WHERE ordinal = 2",
        ),
        (
            2,
            "it is a fork, but task",
            "UPDATE orchestrations SET forked_step = 9, forked_from = id;"
            " UPDATE repl_tasks SET state = 'cancelled' WHERE task_id = 'c'",
        ),
        (5, "happened after its end", "UPDATE events SET seq = 100 WHERE name = 'planned'"),
        (5, "it ended but step", f"UPDATE steps SET status = 'ready' WHERE orchestration_id = {ENDED}"),
        (5, "it ended but task", f"UPDATE repl_tasks SET state = 'running' WHERE orchestration_id = {ENDED}"),
    ],
)
def test_a_corrupted_database_is_rejected(
    driver: Driver, database_engine: Engine, promise: int, why: str, corruption: str
) -> None:
    found = violations(database_engine, corruption)
    assert any(line.startswith(f"promise {promise} ") and why in line for line in found), found


def test_an_accepted_orchestration_that_is_gone_is_seen(driver: Driver, database_engine: Engine) -> None:
    gone = uuid4()
    with database_engine.connect() as connection:
        [violation] = check(connection, accepted=[*ids(driver), str(gone)])
    assert (violation.promise, violation.orchestration_id) == (1, gone)


def test_an_empty_database_is_rejected_when_something_was_accepted(database_engine: Engine) -> None:
    with database_engine.connect() as connection:
        assert check(connection, accepted=[]) == []
        assert {violation.promise for violation in check(connection, accepted=[uuid4()])} == {1}


def test_what_is_open_at_the_end_is_seen(driver: Driver, database_engine: Engine) -> None:
    with database_engine.connect() as connection:
        assert {violation.promise for violation in check(connection, all_ended=True)} == {5}


def test_a_request_after_its_reply_and_a_wrong_order_are_seen(driver: Driver, database_engine: Engine) -> None:
    # given
    asks = driver.model.asks
    again = Ask(asks[0].request_hash, datetime.now(UTC) + timedelta(seconds=1))
    [full] = [ask for ask in asks if ask.saw == ("d", "e", "f")]
    reversed_ = Ask(full.request_hash, full.at, ("f", "e", "d"))
    # when
    with database_engine.connect() as connection:
        twice = check(connection, asks=[*asks, again])
        disordered = check(connection, asks=[*asks, reversed_])
        nobody = check(connection, asks=asks[1:])
    # then
    assert [(v.promise, "after its reply" in v.why) for v in twice] == [(3, True)]
    assert [(v.promise, "not in the plan's order" in v.why) for v in disordered] == [(4, True)]
    assert [(v.promise, "nobody asked for" in v.why) for v in nobody] == [(3, True)]
