"""The checker rejects databases in which a named REPL has two writers, a wrong order or a state of nobody's."""

import pytest
from sqlalchemy import Engine, text

from models.checker import check
from models.ledger import PostgresLedger
from orchestration.records import NewOrchestration
from tests.support.counting import landing, left
from tests.support.driver import planned


@pytest.fixture
def engine(ledger: PostgresLedger, database_engine: Engine) -> Engine:
    """Two orchestrations of one session, the second waiting; of the first one task landed, one runs and one waits.

    Beside them a REPL that a library caller saved.
    """
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    named = ledger.open_repl(host, "other", "library")
    assert named
    assert ledger.save_repl(host, named, left(named))
    planned(ledger, worker, NewOrchestration("first", "m", session_id="s"), *"abc", repl="r")
    ledger.submit(NewOrchestration("second", "m", session_id="s"))
    ledger.land(host, [landing(ledger.claim_tasks(host, 1)[0])])
    assert ledger.claim_tasks(host, 1)
    return database_engine


def test_a_good_database_passes(engine: Engine) -> None:
    with engine.connect() as connection:
        assert check(connection) == []


R = "UPDATE named_repls SET {} WHERE name = 'r'"


@pytest.mark.parametrize(
    ("why", "corruption"),
    [
        ("by 2 tasks at once", "UPDATE repl_tasks SET state = 'running', process_id = 2 WHERE task_id = 'c'"),
        ("c of REPL r is running before task b", "UPDATE repl_tasks SET state = 'running' WHERE task_id = 'c'"),
        ("a of REPL r is done before task b", "UPDATE repl_tasks SET seq = 9 WHERE task_id = 'a'"),
        (
            "b of REPL r landed under the fence 1",
            "INSERT INTO repl_task_results SELECT (SELECT id FROM repl_tasks WHERE task_id = 'b'), attempt, process_id,"
            " is_success, stdout, stderr, value, value_json, execution_time, error_kind, engine, actor_id, artifacts,"
            " state_version, state_kind FROM repl_task_results",
        ),
        ("is of no landed task", R.format("version = 2, snapshot_version = 2")),
        ("is of no landed task", "UPDATE named_repls SET saved_by = NULL WHERE name = 'library'"),
        ("is of no landed task", "UPDATE repl_tasks SET named_repl_id = NULL WHERE task_id = 'a'"),
        ("is of no landed task", "UPDATE repl_task_results SET state_kind = 'unchanged'"),
        ("is of no landed task", "UPDATE repl_tasks SET state = 'cancelled' WHERE task_id = 'a'"),
        ("of fence 0", R.format("fence = 0")),
        ("its snapshot none at 1", R.format("snapshot = NULL")),
        ("is saved at 1", R.format("snapshot_version = 0")),
        ("is empty at 1", R.format("state = 'empty'")),
        ("number 1 of its session", "UPDATE steps SET plan_attempt = 1 WHERE status = 'ready'"),
    ],
)
def test_a_corrupted_database_is_rejected(engine: Engine, why: str, corruption: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_repl_tasks_named_running"))
        connection.execute(
            text(
                "ALTER TABLE named_repls DROP CONSTRAINT ck_named_repls_versions, DROP CONSTRAINT ck_named_repls_saved"
            )
        )
        connection.execute(text(corruption))
        found = [str(violation) for violation in check(connection)]
    assert any(line.startswith("promise 6 ") and why in line for line in found), found
