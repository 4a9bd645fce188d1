"""The migrations build exactly what models/tables declares, and can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from models import migrate
from models.ledger import PostgresLedger
from models.tables import Base
from orchestration.errors import ServiceMissing
from orchestration.records import Landing, NewOrchestration
from orchestration.tools import Artifact
from tests.support.catalog import catalog
from tests.support.database import connections
from tests.support.driver import job, planned, result_of


def test_migrations_build_what_the_tables_declare(database_engine: Engine, empty_database_url: str) -> None:
    # given
    with connections(empty_database_url) as declared:
        Base.metadata.create_all(declared)
        # when
        by_migrations, by_tables = catalog(database_engine), catalog(declared)
    # then
    assert len(by_tables["columns"]) > 150
    for kind, rows in by_tables.items():
        assert by_migrations[kind] == rows, kind


def test_alembic_finds_nothing_to_migrate(database_engine: Engine) -> None:
    with database_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_what_differs_is_seen(database_engine: Engine) -> None:
    # given
    before = catalog(database_engine)
    changes = (
        "ALTER TABLE steps SET (fillfactor = 90)",
        "DROP INDEX ix_steps_ready",
        "ALTER TABLE steps ALTER tries DROP DEFAULT",
        "ALTER TABLE orchestrations DROP CONSTRAINT ck_orchestrations_status_known",
        "CREATE OR REPLACE FUNCTION replwright_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()'",
    )
    # when
    with database_engine.begin() as connection:
        for change in changes:
            connection.execute(text(change))
    # then
    after = catalog(database_engine)
    assert {kind for kind in before if before[kind] != after[kind]} == {
        "columns",
        "constraints",
        "indexes",
        "storage",
        "functions",
    }


def test_down_and_up_again(database_url: str, database_engine: Engine) -> None:
    # given
    before = catalog(database_engine)
    database_engine.dispose()
    # when
    down = migrate.downgrade(database_url)
    with database_engine.connect() as connection:
        left = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relname NOT LIKE 'alembic_version%'"
                " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            )
        ).all()
    up = migrate.upgrade(database_url)
    # then
    assert (down.current, left, up.current) == (None, [], up.head)
    assert catalog(database_engine) == before


def test_artifacts_of_the_first_release_keep_their_files(ledger: PostgresLedger, database_url: str) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    claim = planned(ledger, worker, job(), "a")
    [task] = ledger.claim_tasks(host, 1)
    files = tuple(Artifact(name, 1, "f" * 64) for name in ("one.png", "two.png"))
    ledger.land(host, [Landing(task, replace(result_of(task), artifacts=files))])
    # when
    down = migrate.downgrade(database_url, "0001")
    migrate.upgrade(database_url)
    # then
    assert down.current == "0001"
    assert ledger.collect_blobs(0, 10, lambda _: True) == 0
    [view] = ledger.get(claim.orchestration_id).tasks
    assert view.result
    assert view.result.artifacts == files
    assert ledger.known_blobs(["f" * 64]) == {"f" * 64}


def test_two_upgrades_at_once_take_turns(empty_database_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        revisions = list(threads.map(migrate.upgrade, [empty_database_url] * 2))
    assert revisions[0] == revisions[1] == migrate.check(empty_database_url)


def test_a_database_without_tables_names_the_remedy(empty_database_url: str) -> None:
    with pytest.raises(ServiceMissing, match=r"no tables .* `replwright migrate`"):
        migrate.check(empty_database_url)
    with connections(empty_database_url) as engine, pytest.raises(ServiceMissing, match="`replwright migrate`"):
        PostgresLedger(engine, profile_code="").submit(NewOrchestration("anybody there?", "m"))


def test_a_database_of_a_newer_release_is_refused(database_url: str, database_engine: Engine) -> None:
    with database_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ServiceMissing, match="9999, which this release does not know"):
        migrate.check(database_url)
