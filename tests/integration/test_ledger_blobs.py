"""The collector's part in the rows: what nothing names and nobody used goes, everything else stays."""

from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from orchestration.errors import ServiceMissing
from orchestration.records import Input, Landing, NewOrchestration
from orchestration.tools import Artifact
from tests.support.counting import blob, landing
from tests.support.database import Clock
from tests.support.driver import planned, result_of

DAY_S = 24 * 3600.0


class Store:
    """Files by key; `busy` are those that somebody put just now."""

    def __init__(self, *busy: str) -> None:
        self.deleted: list[str] = []
        self.busy = busy

    def delete(self, key: str) -> bool:
        if key in self.busy:
            return False
        self.deleted.append(key)
        return True


def note(engine: Engine, *keys: str) -> None:
    with engine.begin() as connection:
        for key in keys:
            connection.execute(text("INSERT INTO blobs (key, size) VALUES (:key, 1)"), {"key": key})


def used_by_everything(ledger: PostgresLedger) -> set[str]:
    """An input, an artifact and a snapshot."""
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    asked = NewOrchestration("q", "m", (Input("data", blob(100), 9, "csv"),), session_id="s")
    number = ledger.submit(asked).id
    [profile] = ledger.claim_tasks(host, 1)
    ledger.land(host, [Landing(profile, replace(result_of(profile), value_json='{"rows": 1, "columns": []}'))])
    ledger.cancel(number)
    planned(ledger, worker, asked, "a", repl="r")
    [task] = ledger.claim_tasks(host, 1)
    done = landing(task)
    file = Artifact("chart.png", 3, blob(200), "image/png")
    ledger.land(host, [replace(done, result=replace(done.result, artifacts=(file,)))])
    return {blob(100), blob(200), blob(1)}


def test_only_what_nothing_names_and_nobody_used_is_deleted(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    # given
    named = used_by_everything(ledger)
    note(database_engine, "old")
    clock.advance(2 * DAY_S)
    note(database_engine, "young")
    store = Store()
    # when
    counts = [ledger.collect_blobs(DAY_S, 2, store.delete) for _ in range(3)]
    # then
    assert (counts, store.deleted) == ([1, 0, 0], ["old"])
    assert ledger.known_blobs([*named, "old", "young", "never"]) == named | {"young"}


def test_a_snapshot_that_was_replaced_is_free(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    host = ledger.register("host", "n", 1, "r")
    worker = ledger.register("worker", "n", 2, "r")
    planned(ledger, worker, NewOrchestration("q", "m", session_id="s"), "a", "b", repl="r")
    for _ in range(2):
        [task] = ledger.claim_tasks(host, 1)
        ledger.land(host, [landing(task)])
    store = Store()
    # when
    clock.advance(2 * DAY_S)
    ledger.collect_blobs(DAY_S, 10, store.delete)
    # then
    assert store.deleted == [blob(1)]


def test_a_file_that_may_not_go_keeps_its_row_and_is_looked_at_later(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    # given
    note(database_engine, "busy", "free")
    clock.advance(2 * DAY_S)
    store = Store("busy")
    # when
    first = ledger.collect_blobs(DAY_S, 1, store.delete), ledger.collect_blobs(DAY_S, 1, store.delete)
    store.busy = ()
    clock.advance(2 * DAY_S)
    second = ledger.collect_blobs(DAY_S, 1, store.delete)
    # then
    assert (first, second, store.deleted) == ((1, 0), 1, ["free", "busy"])


def test_a_store_that_fails_takes_no_row_away(ledger: PostgresLedger, database_engine: Engine, clock: Clock) -> None:
    # given
    note(database_engine, "a", "b")
    clock.advance(2 * DAY_S)

    def fail(key: str) -> bool:
        raise ServiceMissing(f"{key} cannot be reached")

    # when
    with suppress(ServiceMissing):
        ledger.collect_blobs(DAY_S, 10, fail)
    # then
    assert ledger.known_blobs(["a", "b"]) == {"a", "b"}


def test_a_use_makes_a_blob_young_again(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    asked = NewOrchestration("q", "m", (Input("data", blob(7), 9, "csv"),))
    ledger.submit(asked)
    clock.advance(2 * DAY_S)
    # when
    ledger.submit(asked)
    # then
    store = Store()
    assert ledger.collect_blobs(DAY_S, 10, store.delete) == 0
    assert store.deleted == []


@pytest.mark.parametrize("limit", [1, 50])
def test_a_profile_goes_with_its_file(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, limit: int
) -> None:
    # given
    used_by_everything(ledger)
    with database_engine.begin() as connection:
        for table in ("orchestrations", "named_repls"):
            connection.execute(text(f"DELETE FROM {table}"))
    clock.advance(2 * DAY_S)
    store = Store()
    # when
    while ledger.collect_blobs(DAY_S, limit, store.delete):
        pass
    # then
    assert sorted(store.deleted) == [blob(1), blob(100), blob(200)]
    with database_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM profiles")).scalar() == 0
