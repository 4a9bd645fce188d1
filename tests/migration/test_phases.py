"""Migrations before and after a deploy: what is applied when, who is asked, and what a release makes of another's."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from migrations import history
from models import migrate
from models.ledger import PostgresLedger
from models.revision import check_revision
from orchestration.errors import ServiceMissing, StillNeeded
from replwright.local import migrated, schema
from replwright.settings import Settings
from tests.support import cli
from tests.support.database import PROFILE_CODE, connections

POST, NEXT_PRE = "9001", "9002"
_FILE = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"
phase = "{phase}"


def upgrade():
    op.get_bind().exec_driver_sql("{up}")


def downgrade():
    op.get_bind().exec_driver_sql("{down}")
"""

Release = Callable[..., None]


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Call it with phases, and this release has such migrations after its own; with none, it is the one of before."""
    ours, copy = history.VERSIONS, tmp_path / "migrations" / "versions"
    shutil.copytree(ours.parent, copy.parent, ignore=shutil.ignore_patterns("__pycache__"))

    def become(*phases: str) -> None:
        before = history.history()[-1].revision if ours == history.VERSIONS else ""
        if not phases:
            monkeypatch.setattr(history, "VERSIONS", ours)
            return
        for number, phase in enumerate(phases, start=9001):
            up, down = (
                ("ALTER TABLE processes DROP COLUMN node", "ALTER TABLE processes ADD COLUMN node TEXT DEFAULT ''")
                if phase == "post"
                else (f"CREATE TABLE t{number} (a TEXT)", f"DROP TABLE t{number}")
            )
            file = _FILE.format(revision=number, before=before, phase=phase, up=up, down=down)
            (copy / f"{number}_newer.py").write_text(file)
            before = str(number)
        monkeypatch.setattr(history, "VERSIONS", copy)

    return become


def test_the_history_is_what_alembic_finds() -> None:
    from alembic.script import ScriptDirectory

    scripts = list(ScriptDirectory.from_config(migrate.config()).walk_revisions())[::-1]
    known = [(one.revision, one.module.phase) for one in scripts]
    assert known == [(migration.revision, migration.phase) for migration in history.history()]


def test_what_was_applied_is_written_down_with_its_phase(database_url: str, database_engine: Engine) -> None:
    assert _applied(database_engine) == [(one.revision, one.phase.value) for one in history.history()]
    migrate.downgrade(database_url, "0003")
    assert [revision for revision, _ in _applied(database_engine)] == ["0001", "0002", "0003"]
    migrate.upgrade(database_url)
    assert _applied(database_engine) == [(one.revision, one.phase.value) for one in history.history()]


def test_before_a_deploy_only_what_is_tolerated_is_applied(database_url: str, newer: Release) -> None:
    # given
    newer("pre", "post", "pre")
    # when
    revision = migrate.upgrade_before_deploy(database_url)
    # then
    assert revision.current == "9001"
    assert [one.revision for one in revision.after_deploy] == ["9002", "9003"]
    assert migrate.upgrade_before_deploy(database_url) == revision
    # and the new code can not do without the pre one that comes after
    with pytest.raises(ServiceMissing, match=r"at revision 9001, but 9003 is needed; run `replwright migrate`"):
        migrate.check(database_url)


def test_the_new_code_works_while_what_comes_after_the_deploy_waits(database_url: str, newer: Release) -> None:
    newer("pre", "post")
    with pytest.raises(ServiceMissing, match=r"but 9001 is needed; run `replwright migrate --pre`"):
        migrate.check(database_url)
    migrate.upgrade_before_deploy(database_url)
    assert migrate.check(database_url).current == "9001"


def test_what_another_release_needs_is_not_taken_away_while_it_runs(
    database_url: str, ledger: PostgresLedger, newer: Release
) -> None:
    # given a host of the older release, which still drains
    old = ledger.register("host", "n", 1, "old")
    ledger.register("worker", "n", 2, "new")
    newer("pre", "post")
    # when, then
    with pytest.raises(StillNeeded, match=r"9002 takes away what release old needs.*`replwright migrate --pre`"):
        migrate.upgrade_after_deploy(database_url, "new")
    assert migrate.revision(database_url).current == history.history()[-3].revision
    # when it has ended
    ledger.deregister(old)
    assert migrate.upgrade_after_deploy(database_url, "new").current == "9002"


def test_a_process_that_was_killed_long_ago_needs_nothing(
    database_url: str, database_engine: Engine, ledger: PostgresLedger, newer: Release
) -> None:
    # given
    ledger.register("worker", "n", 1, "old")
    with database_engine.begin() as connection:
        connection.execute(text("UPDATE processes SET seen_at = seen_at - interval '9 seconds'"))
    newer("post")
    # then
    assert migrate.upgrade_after_deploy(database_url, "new").current == "9001"


def test_whoever_forces_it_is_obeyed(database_url: str, ledger: PostgresLedger, newer: Release) -> None:
    ledger.register("worker", "n", 1, "old")
    newer("post")
    assert migrate.upgrade(database_url).current == "9001"


def test_an_older_release_works_with_what_was_added_and_not_with_what_was_taken_away(
    database_url: str, ledger: PostgresLedger, newer: Release
) -> None:
    # given: the newer release has migrated as far as is tolerated
    newer("pre", "post")
    migrate.upgrade_before_deploy(database_url)
    # then
    newer()
    assert migrate.check(database_url).current == "9001"
    assert ledger.register("worker", "n", 1, "old")
    # when
    newer("pre", "post")
    migrate.upgrade_after_deploy(database_url, "old")
    # then
    newer()
    with pytest.raises(ServiceMissing, match=r"9002 took away what this release needs; run the release that migrated"):
        migrate.check(database_url)
    with pytest.raises(ServiceMissing, match="9002 took away"):
        ledger.register("worker", "n", 1, "old")


def test_a_release_without_its_own_tables_does_not_register(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url, "0002")
    with (
        connections(empty_database_url) as engine,
        pytest.raises(ServiceMissing, match=r"at revision 0002.*`replwright migrate --pre`"),
    ):
        PostgresLedger(engine, profile_code=PROFILE_CODE).register("worker", "n", 1, "new")


def test_a_table_that_is_in_use_is_waited_for_without_holding_others_up(
    database_url: str, database_engine: Engine, newer: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a long transaction that reads the table
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT_MS", 200)
    newer("post")
    with database_engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM processes"))
        moving = threading.Thread(target=migrate.upgrade, args=(database_url,))
        moving.start()
        # when, then: another who reads comes through meanwhile
        with database_engine.connect() as another:
            another.execute(text("SET statement_timeout = '10s'"))
            assert another.execute(text("SELECT count(*) FROM processes")).scalar_one() == 0
        assert moving.is_alive()
        reader.rollback()
    moving.join()
    assert migrate.revision(database_url).current == "9001"


def test_what_is_done_in_the_background_may_be_cut_off_and_begun_anew(empty_database_url: str) -> None:
    # given: an index of a build that died half-way
    migrate.upgrade(empty_database_url, "0003")
    with connections(empty_database_url) as engine, engine.connect() as connection:
        connection.execute(text("CREATE INDEX ix_orchestrations_schema_version ON orchestrations (id)"))
        connection.commit()
        # when
        migrate.upgrade(empty_database_url)
        # then
        index = connection.execute(text("SELECT indexdef FROM pg_indexes WHERE indexname LIKE '%schema_version'"))
        assert index.scalar_one().endswith("(schema_version)")
        assert check_revision(connection).missing == ()


def test_the_local_stack_leaves_what_another_release_needs(
    database_url: str, ledger: PostgresLedger, newer: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    settings = Settings(database_url=database_url, release="new")  # type: ignore[arg-type]
    old = ledger.register("worker", "n", 1, "old")
    newer("pre", "post")
    # then
    assert schema.bring_up_to_date(settings) is False
    assert "9002 takes away what release old needs" in capsys.readouterr().err
    assert migrate.check(database_url).current == "9001"
    ledger.deregister(old)
    assert schema.bring_up_to_date(settings) is True


def test_a_changed_line_of_sql_is_another_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    shutil.copytree(history.VERSIONS.parent, tmp_path / "migrations")
    monkeypatch.setattr(migrated, "_MIGRATIONS", tmp_path / "migrations")
    before = migrated.fingerprint()
    # when
    with (tmp_path / "migrations" / "third" / "01_recovery.sql").open("a") as file:
        file.write("-- changed")
    # then
    assert migrated.fingerprint() != before


def test_the_command_says_how_far_it_came(empty_database_url: str, tmp_path: Path) -> None:
    env = cli.environ(tmp_path, database_url=empty_database_url)
    head = history.history()[-1].revision
    # when
    pre = cli.replwright("migrate", "--pre", "--json", env=env)
    everything = cli.replwright("migrate", env=env)
    both = cli.replwright("migrate", "--pre", "--force", env=env)
    # then
    assert (pre.code, pre.json) == (0, {"revision": head, "head": head, "waiting": []}), pre.err
    assert (everything.code, everything.out) == (0, f"the database is at revision {head}\n")
    assert both.code == 2
    assert "--force" in both.err


def _applied(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT revision, phase FROM applied_migrations ORDER BY revision"))
        return [(row.revision, row.phase) for row in rows]
