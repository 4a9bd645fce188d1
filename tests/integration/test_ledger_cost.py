"""Finding due work costs the same however many finished jobs there are: pages touched, not time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from models.ledger import PostgresLedger
from orchestration.records import NewOrchestration
from tests.support.database import Clock
from tests.support.driver import spawn

# Each row is written out, so that no default asks the clock, and no foreign key is looked up: a fill takes seconds.
_ID = "CAST(lpad(to_hex(n), 32, '0') AS uuid)"
_OTHER = 10_000_000
_JOBS = "FROM generate_series(1, :count) AS n"
_FINISHED = tuple(
    text(statement)
    for statement in (
        "SET LOCAL session_replication_role = replica",
        f"""
        INSERT INTO orchestrations (id, tenant, root_id, status, reason, created_at, deadline_at, ended_at)
        SELECT {_ID}, 'default', {_ID}, 'succeeded', 'answered', :now - n * interval '1 second',
               :now - n * interval '1 second', :now {_JOBS}
        """,
        f"""
        INSERT INTO orchestration_payloads (orchestration_id, request_hash, question, model, limits, show_samples)
        SELECT {_ID}, '', 'q', 'm', '{{}}', true {_JOBS}
        """,
        f"""
        INSERT INTO steps (id, orchestration_id, ordinal, status, process_id, due_at, nudge_at, created_at)
        OVERRIDING SYSTEM VALUE SELECT {_OTHER} + n, {_ID}, 1, 'done', 1, :now, :now, :now {_JOBS}
        """,
        f"INSERT INTO blobs (key, size, created_at, last_used_at) SELECT CAST({_ID} AS text), 1, :now, :now {_JOBS}",
        f"""
        INSERT INTO executions (process_id, at, code, engine, is_success, seconds, actor_id)
        SELECT 1, :now, 'x', 'cpython', true, 0, 'host' {_JOBS}
        """,
        f"""
        INSERT INTO named_repls (id, orchestration_id, name, state, fence, version, snapshot, snapshot_version,
                                 created_at, last_used_at)
        OVERRIDING SYSTEM VALUE
        SELECT {_OTHER} + n, {_ID}, 'r', 'saved', 1, 1, CAST({_ID} AS text), 1, :now, :now {_JOBS}
        """,
        f"""
        INSERT INTO repl_tasks (id, orchestration_id, step_id, ordinal, task_id, plan_attempt, state, turn, timeout_s,
                                process_id, named_repl_id, seq, created_at)
        OVERRIDING SYSTEM VALUE
        SELECT {_OTHER} + n, {_ID}, {_OTHER} + n, 0, 'one', 1, 'done', 0, 30, 1, {_OTHER} + n, 1, :now {_JOBS}
        """,
        f"""
        INSERT INTO processes (id, kind, node, pid, release, machine, pid_started, started_at, seen_at, ended_at)
        OVERRIDING SYSTEM VALUE
        SELECT {_OTHER} + n, 'worker', 'n', 1, 'r', 'here', n, :now, :now, :now {_JOBS}
        """,
    )
)
_NOW = text("SELECT replwright_now()")
# Every statement of a sweep, a claim, a retry and a look at the neighbours that reads before it writes.
_READS = ("SELECT", "WITH", "UPDATE", "DELETE")


def _fill(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        now = connection.execute(_NOW).scalar_one()
        for statement in _FINISHED:
            values = {"now": now, "count": count}
            connection.execute(statement, {name: values[name] for name in values if f":{name}" in statement.text})


@contextmanager
def pages(engine: Engine) -> Iterator[dict[str, int]]:
    """Pages that each statement touches, from EXPLAIN run right before it, in a savepoint that is rolled back."""
    found: dict[str, int] = {}

    def explain(connection: Connection, cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        if sql.lstrip().startswith(_READS):
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
        newest = ledger.list(1)[0].id
        assert ledger.claim_step(newest, worker, None)
        assert ledger.neighbours("here") == []
        assert ledger.cancel(newest)
        assert ledger.retry(newest).created
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE orchestrations, processes, stops, blobs, executions CASCADE"))
    return found


def test_pages_touched_do_not_grow_with_finished_jobs(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    found = []
    for count in (100, 100_000):
        _fill(database_engine, count)
        with database_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        found.append(_measure(ledger, database_engine, clock))
        with database_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
    few, many = found
    assert len(few) >= 12
    assert few.keys() == many.keys()
    # A deeper tree may cost a page or two a look; a scan of 100,000 jobs costs thousands.
    grown = {sql: (few[sql], many[sql]) for sql in few if many[sql] > 2 * few[sql] + 20}
    assert grown == {}
