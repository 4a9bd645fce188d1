"""Rows that a newer release wrote are left alone, and whoever asks for one is told what to do. Older ones go on."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from models.rows import ROW_VERSION
from orchestration.errors import ExitCode, Fenced, NewerRow
from orchestration.records import Fork, Landing, NewOrchestration
from orchestration.states import Reason
from tests.support.counting import landings
from tests.support.database import Clock
from tests.support.driver import job, planned, result_of, spawn


def _version(engine: Engine, number: UUID, version: int) -> None:
    with engine.begin() as connection:
        values = {"id": number, "version": version}
        connection.execute(text("UPDATE orchestrations SET schema_version = :version WHERE id = :id"), values)


def _rows(engine: Engine) -> list[object]:
    """All that a sweep, a claim or a cancel could have moved."""
    with engine.connect() as connection:
        return [
            connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()
            for table in ("orchestrations", "steps", "repl_tasks", "events", "named_repls", "blobs")
        ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda ledger, number: ledger.get(number),
        lambda ledger, number: ledger.events(number),
        lambda ledger, number: ledger.cancel(number),
        lambda ledger, number: ledger.retry(number),
        lambda ledger, number: ledger.fork(number, Fork()),
        lambda ledger, number: ledger.submit(NewOrchestration("q", "m", idempotency_key="k")),
    ],
)
def test_whoever_names_a_newer_row_is_told_the_version_and_the_remedy(
    ledger: PostgresLedger, database_engine: Engine, ask: Callable[[PostgresLedger, UUID], object]
) -> None:
    # given
    number = ledger.submit(NewOrchestration("q", "m", idempotency_key="k")).id
    _version(database_engine, number, ROW_VERSION + 1)
    before = _rows(database_engine)
    # then
    with pytest.raises(NewerRow) as caught:
        ask(ledger, number)
    assert str(caught.value) == (
        f"orchestration {number} was written by a newer release (its rows are of version {ROW_VERSION + 1}, and this"
        f" release knows those up to {ROW_VERSION}); use the release that wrote it, or a newer one"
    )
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert _rows(database_engine) == before


def test_newer_rows_are_neither_claimed_nor_swept_nor_ended_and_hold_nobody_up(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    # given rows in every state, of which a sweep would have something to do
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    ready = ledger.submit(job(deadline_s=60)).id
    planning = ledger.submit(job(deadline_s=600)).id
    claim = ledger.claim_step(planning, worker, None)
    assert claim
    running = planned(ledger, worker, job(deadline_s=600), "a", "b").orchestration_id
    [task] = ledger.claim_tasks(host, 1)
    failed = planned(ledger, worker, job(), "c", repl="r").orchestration_id
    for number in (ready, planning, running, failed):
        _version(database_engine, number, ROW_VERSION + 1)
    clock.advance(100)
    before = _rows(database_engine)
    # when
    swept = ledger.sweep(limit=1)
    worker, host = ledger.register("worker", "n", 3, "r"), ledger.register("host", "n", 4, "r")
    # then
    assert (swept.ended, swept.steps_returned, swept.tasks_returned, swept.closed, swept.hints) == (0, 0, 0, 0, ())
    assert ledger.claim_step(ready, worker, None) is None
    assert list(ledger.claim_tasks(host, 9)) == []
    assert ledger.release_tasks(host) == 0
    assert ledger.land(host, [Landing(task, result_of(task))]).refused == (task.id,)
    with pytest.raises(Fenced):
        ledger.commit_plan(claim, [spawn("late")], None)
    ledger.release_step(claim, graceful=False)
    assert _rows(database_engine) == before
    # and those beside them go on, although one look sees no more than one row
    mine = ledger.submit(job(deadline_s=1)).id
    other = planned(ledger, worker, job(), "mine").orchestration_id
    clock.advance(2)
    ledger.pulse(worker)
    ledger.pulse(host)
    assert ledger.sweep(limit=1).ended == 1
    assert [each.spawn.task_id for each in ledger.claim_tasks(host, 1)] == ["mine"]
    assert ledger.get(mine).reason is Reason.DEADLINE_EXCEEDED
    assert ledger.get(other).reason is None


def test_the_list_shows_newer_rows_whatever_words_they_use(ledger: PostgresLedger, database_engine: Engine) -> None:
    # given
    known, newer = ledger.submit(job()).id, ledger.submit(job()).id
    with database_engine.begin() as connection:
        connection.execute(text("ALTER TABLE orchestrations DROP CONSTRAINT ck_orchestrations_status_known"))
        connection.execute(text("ALTER TABLE orchestrations DROP CONSTRAINT ck_orchestrations_ended_with_status"))
        connection.execute(text("UPDATE orchestrations SET status = 'musing' WHERE id = :id"), {"id": newer})
    _version(database_engine, newer, ROW_VERSION + 1)
    # then
    assert {view.id: view.newer for view in ledger.list()} == {known: False, newer: True}
    assert ledger.health().newer == 1


def test_nothing_is_deleted_beside_newer_rows(ledger: PostgresLedger, database_engine: Engine, clock: Clock) -> None:
    # given the state of a job that failed long ago, and a file that nothing names as far as this release knows
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    number = planned(ledger, worker, job(), *"ab", repl="r").orchestration_id
    ledger.land(host, landings(ledger.claim_tasks(host, 1)))
    ledger.cancel(number)
    with database_engine.begin() as connection:
        connection.execute(text("INSERT INTO blobs (key, size) VALUES ('unused', 1)"))
    _version(database_engine, number, ROW_VERSION + 1)
    clock.advance(30 * 24 * 3600)
    before = _rows(database_engine)
    # when
    ledger.sweep()
    collected = ledger.collect_blobs(0, 10, lambda _: True)
    # then
    assert (collected, _rows(database_engine)) == (0, before)
    _version(database_engine, number, ROW_VERSION)
    ledger.sweep()
    assert ledger.collect_blobs(0, 10, lambda _: True) == 2


def test_rows_of_the_first_release_go_on_and_a_retry_makes_them_ours(
    ledger: PostgresLedger, database_engine: Engine
) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    number = ledger.submit(job()).id
    _version(database_engine, number, 1)
    # when
    claim = ledger.claim_step(number, worker, None)
    assert claim
    ledger.commit_plan(claim, [spawn("a")], None)
    ledger.land(host, landings(ledger.claim_tasks(host, 1)))
    ledger.cancel(number)
    ledger.retry(number)
    # then
    assert [step.status for step in ledger.get(number).steps] == ["landed", "ready"]
    with database_engine.connect() as connection:
        assert connection.execute(text("SELECT schema_version FROM orchestrations")).scalar() == ROW_VERSION
