"""Finding due work costs the same however many finished jobs there are: pages touched, not time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from models.ledger import PostgresLedger
from orchestration.records import NewOrchestration
from tests.support.database import Clock
from tests.support.driver import spawn

_FINISHED = """
WITH made AS (
    INSERT INTO orchestrations (id, tenant, root_id, status, reason, created_at, deadline_at, ended_at)
    SELECT gen_random_uuid(), 'default', gen_random_uuid(), 'succeeded', 'answered', replwright_now(),
           replwright_now() - n * interval '1 second', replwright_now()
    FROM generate_series(1, :count) AS n RETURNING id),
payloads AS (
    INSERT INTO orchestration_payloads (orchestration_id, request_hash, question, model, limits, show_samples)
    SELECT id, '', 'q', 'm', '{}', true FROM made),
step AS (
    INSERT INTO steps (orchestration_id, ordinal, status, process_id)
    SELECT id, 1, 'done', 1 FROM made RETURNING id, orchestration_id),
files AS (
    INSERT INTO blobs (key, size) SELECT id::text, 1 FROM made RETURNING key),
logged AS (
    INSERT INTO executions (process_id, code, engine, is_success, seconds, actor_id)
    SELECT 1, 'x', 'cpython', true, 0, 'host' FROM made),
kept AS (
    INSERT INTO named_repls (orchestration_id, name, state, fence, version, snapshot, snapshot_version)
    SELECT id, 'r', 'saved', 1, 1, id::text, 1 FROM made RETURNING id, orchestration_id)
INSERT INTO repl_tasks (orchestration_id, step_id, ordinal, task_id, plan_attempt, state, turn, timeout_s, process_id,
                        named_repl_id, seq)
SELECT step.orchestration_id, step.id, 0, 'one', 1, 'done', 0, 30, 1, kept.id, 1
FROM step JOIN kept ON kept.orchestration_id = step.orchestration_id
"""
# What only finds or takes due work. The rest of a claim works on one orchestration by its key.
_DUE = ("FROM executions", "nudge_at", "deadline_at <=", "SKIP LOCKED", "min(turn)", "claimed_until <=", "claim = ")


@contextmanager
def pages(engine: Engine) -> Iterator[dict[str, int]]:
    """Pages that each statement touches, from EXPLAIN run right before it, in a savepoint that is rolled back."""
    found: dict[str, int] = {}

    def explain(connection: Connection, cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        if any(mark in sql for mark in _DUE) and sql.lstrip().startswith(("SELECT", "WITH", "UPDATE")):
            cursor.execute("SAVEPOINT look")
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, parameters)
            plan = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO SAVEPOINT look")
            key = " ".join(sql.split())
            found[key] = found.get(key, 0) + plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def _due_work(ledger: PostgresLedger, clock: Clock) -> None:
    """A handful of everything that a sweep and a claim look for."""
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    for number in range(6):
        submitted = ledger.submit(NewOrchestration(f"q{number}", "m"))
        if number < 4:
            claim = ledger.claim_step(submitted.id, worker, None)
            assert claim
            if number < 3:
                ledger.commit_plan(claim, [spawn("one"), spawn("two"), spawn("kept", repl="r")], None)
    ledger.claim_tasks(host, 2)
    clock.advance(10)


def _measure(ledger: PostgresLedger, engine: Engine, clock: Clock) -> dict[str, int]:
    _due_work(ledger, clock)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO blobs VALUES ('old', 1, DEFAULT, replwright_now() - interval '2 days')"))
    with pages(engine) as found:
        ledger.sweep()
        assert ledger.collect_blobs(24 * 3600, 10, lambda _: True) == 1
        host, worker = ledger.register("host", "n", 3, "r"), ledger.register("worker", "n", 4, "r")
        tasks = ledger.claim_tasks(host, 3)
        assert len(tasks) == 3
        assert ledger.claim_step(ledger.list(1)[0].id, worker, None)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE orchestrations, processes, stops, blobs, executions CASCADE"))
    return found


def test_pages_touched_do_not_grow_with_finished_jobs(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    found = []
    for count in (100, 20_000):
        with database_engine.begin() as connection:
            connection.execute(text(_FINISHED), {"count": count})
        with database_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        found.append(_measure(ledger, database_engine, clock))
        with database_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
    few, many = found
    assert len(few) >= 12
    assert few.keys() == many.keys()
    # A deeper tree may cost a page or two a look; a scan of 20,000 jobs costs hundreds.
    grown = {sql: (few[sql], many[sql]) for sql in few if many[sql] > 2 * few[sql] + 20}
    assert grown == {}
