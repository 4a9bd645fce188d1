"""A `pre` migration contains nothing that the running release cannot tolerate."""

import pytest

from migrations.history import VERSIONS, Phase, history
from tests.migration.rules import objections

FOLDERS = {"0001": "first", "0002": "second", "0003": "third", "0004": "fourth"}
# Nothing ran before them that had to go on.
FIRST_RELEASES = frozenset({"0001", "0002"})
BEFORE = """
CREATE TABLE steps (id BIGINT, tries INTEGER, CONSTRAINT ck_steps_known CHECK (name IN ('one', 'two')));
CREATE UNIQUE INDEX uq_steps_id ON steps (id);
CREATE INDEX ix_steps_tries ON steps (tries);
"""


def _sql(revision: str) -> str:
    files = sorted((VERSIONS.parent / FOLDERS[revision]).glob("*.sql"))
    assert files
    return "\n".join(file.read_text() for file in files)


def test_every_pre_migration_is_tolerated_by_the_running_release() -> None:
    before = ""
    for migration in history():
        sql = _sql(migration.revision)
        if migration.phase is Phase.PRE and migration.revision not in FIRST_RELEASES:
            assert objections(sql, before) == [], migration.revision
        before += sql
    assert len(history()) > len(FIRST_RELEASES)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("DROP TABLE steps;", "only adding"),
        ("ALTER TABLE steps DROP COLUMN tries;", "only adding"),
        ("ALTER TABLE steps ADD COLUMN a TEXT, DROP COLUMN tries;", "only adding"),
        ("ALTER TABLE steps RENAME TO stages;", "only adding"),
        ("ALTER TABLE steps RENAME tries TO claims;", "only adding"),
        ("ALTER TABLE steps ALTER tries TYPE BIGINT;", "only adding"),
        ("ALTER TABLE steps ALTER COLUMN tries SET NOT NULL;", "only adding"),
        ("ALTER TABLE steps ALTER tries DROP DEFAULT;", "only adding"),
        ("UPDATE steps SET tries = 0;", "only adding"),
        ("INSERT INTO steps VALUES (1, 1);", "only adding"),
        ("CREATE TRIGGER t BEFORE INSERT ON steps EXECUTE FUNCTION f();", "only adding"),
        ("DROP INDEX uq_steps_id;", "ON CONFLICT"),
        ("ALTER TABLE steps DROP CONSTRAINT uq_steps_name;", "ON CONFLICT"),
        ("DROP INDEX ix_steps_tries;", "slow"),
        ("CREATE INDEX ix_steps_id ON steps (id);", "CONCURRENTLY"),
        ("CREATE UNIQUE INDEX CONCURRENTLY uq_steps_tries ON steps (tries);", "refuses"),
        ("ALTER TABLE steps ADD COLUMN a TEXT NOT NULL;", "DEFAULT"),
        ("ALTER TABLE steps ADD COLUMN a TIMESTAMPTZ DEFAULT replwright_now() NOT NULL;", "rewrites"),
        ("ALTER TABLE steps ADD COLUMN a BIGINT REFERENCES steps (id);", "NOT VALID"),
        ("ALTER TABLE steps ADD CONSTRAINT uq_steps_tries UNIQUE (tries);", "refuses"),
        ("ALTER TABLE steps ADD CONSTRAINT ck_steps_few CHECK (tries < 3) NOT VALID;", "older writers may break it"),
        (
            "ALTER TABLE steps DROP CONSTRAINT ck_steps_known,"
            " ADD CONSTRAINT ck_steps_known CHECK (name IN ('one', 'three')) NOT VALID;",
            "older writers may break it",
        ),
        ("ALTER TABLE steps ADD COLUMN a TEXT, ADD CONSTRAINT ck_steps_a CHECK (a = 'x');", "NOT VALID"),
        (
            "ALTER TABLE steps ADD COLUMN a TEXT, ADD CONSTRAINT ck_steps_a CHECK (a = 'x') NOT VALID;"
            "ALTER TABLE steps VALIDATE CONSTRAINT ck_steps_a;",
            "a migration of its own",
        ),
    ],
)
def test_what_the_running_release_would_not_survive_is_refused(sql: str, why: str) -> None:
    [found] = objections(sql, BEFORE)
    assert why in found


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE notes (id BIGINT NOT NULL, UNIQUE (id)); CREATE UNIQUE INDEX uq_notes ON notes (id);",
        "CREATE TABLE notes (id BIGINT); INSERT INTO notes VALUES (1);",
        "ALTER TABLE steps ADD COLUMN a TEXT, ADD COLUMN b INTEGER DEFAULT 0 NOT NULL;",
        "ALTER TABLE steps ALTER tries DROP NOT NULL;",
        "ALTER TABLE steps DROP CONSTRAINT ck_steps_known;",
        "ALTER TABLE steps VALIDATE CONSTRAINT ck_steps_known;",
        "DROP INDEX CONCURRENTLY ix_steps_tries; CREATE INDEX CONCURRENTLY ix_steps_tries ON steps (tries, id);",
        "ALTER TABLE steps DROP CONSTRAINT ck_steps_known,"
        " ADD CONSTRAINT ck_steps_known CHECK (name IN ('one', 'two', 'three')) NOT VALID;",
        "ALTER TABLE steps ADD COLUMN a TEXT, ADD CONSTRAINT ck_steps_a CHECK (a = 'x') NOT VALID;",
        "-- DROP TABLE steps;\nCREATE INDEX ix_processes_pid ON processes (pid);",
    ],
)
def test_what_only_adds_or_relaxes_is_taken(sql: str) -> None:
    assert objections(sql, BEFORE) == []
