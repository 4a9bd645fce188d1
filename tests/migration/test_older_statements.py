"""While a deploy rolls, the older release goes on with the newer schema: every statement that it sends still works."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ProgrammingError

GOLDEN = Path(__file__).parent / "golden"
RECORDED = sorted(GOLDEN.glob("statements-*.sql"))


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
def test_every_statement_of_an_older_release_can_be_prepared(database_engine: Engine, recorded: Path) -> None:
    with database_engine.begin() as connection:
        assert _prepare_all(connection, recorded) > 100


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE steps RENAME tries TO claims",
        "ALTER TABLE processes DROP COLUMN node",
        "DROP TABLE stops",
        "ALTER TABLE blobs DROP CONSTRAINT pk_blobs CASCADE",
        "ALTER TABLE processes ALTER seen_at TYPE text",
    ],
)
def test_a_change_that_the_older_release_would_not_survive_is_seen(database_engine: Engine, change: str) -> None:
    with database_engine.begin() as connection:
        # given
        connection.exec_driver_sql(change)
        # when, then
        with pytest.raises(ProgrammingError):
            _prepare_all(connection, RECORDED[0])


def _prepare_all(connection: Connection, recorded: Path) -> int:
    """How many there were."""
    statements = [line for line in recorded.read_text().splitlines() if not line.startswith("--")]
    for statement in statements:
        _prepare(connection, statement)
    return len(statements)


def _prepare(connection: Connection, statement: str) -> None:
    """Read and planned, not run: a plan finds the index of an ON CONFLICT."""
    # Nothing to be told apart from a placeholder of the driver's.
    types, _, text = statement.replace("%", "%%").partition(" AS ")
    declared, nulls = ("", "") if types == "()" else (types, f"({', '.join(['NULL'] * (types.count(',') + 1))})")
    connection.exec_driver_sql(f"PREPARE recorded {declared} AS {text}")
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.exec_driver_sql(f"EXPLAIN EXECUTE recorded{nulls}")
    connection.exec_driver_sql("DEALLOCATE recorded")
