"""The collector deletes files that no row names and nobody put lately; what is needed stays, whatever goes wrong."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from orchestration.errors import ServiceMissing
from orchestration.records import Input, NewOrchestration
from replwright.blobs import BlobStore
from tests.support.database import Clock
from workers.collector import Collector

DAY_S = 24 * 3600.0


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(str(tmp_path / "blobs"), tmp_path / "cache")


def _age(store: BlobStore, key: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(store.local_path(key), (then, then))


def _note(engine: Engine, key: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO blobs (key, size) VALUES (:key, 1)"), {"key": key})


def test_what_no_row_names_goes_and_the_rest_stays(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, store: BlobStore
) -> None:
    # given
    needed, unused, without_row, put_again = (
        store.put_bytes(data) for data in (b"needed", b"unused", b"none", b"again")
    )
    ledger.submit(NewOrchestration("q", "m", (Input("data", needed, 6, "csv"),)))
    _note(database_engine, unused)
    clock.advance(2 * DAY_S)
    for key in (needed, unused, without_row, put_again):
        _age(store, key, 2 * DAY_S)
    store.put_bytes(b"again")
    young = store.put_bytes(b"young")
    # when
    Collector(ledger, store).collect_once()
    # then
    there = [store.local_path(key).exists() for key in (needed, put_again, young, unused, without_row)]
    assert there == [True, True, True, False, False]
    assert ledger.known_blobs([needed, unused]) == {needed}


def test_a_blob_whose_row_is_old_and_whose_file_is_young_keeps_both(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, store: BlobStore
) -> None:
    # given one that somebody put just now, whose new row is on the way
    key = store.put_bytes(b"on the way")
    _note(database_engine, key)
    clock.advance(2 * DAY_S)
    # when
    Collector(ledger, store).collect_once()
    # then
    assert store.local_path(key).exists()
    assert ledger.known_blobs([key]) == {key}


def test_a_pass_that_fails_leaves_the_next_one_to_come(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    key = store.put_bytes(b"unused")
    _note(database_engine, key)
    clock.advance(2 * DAY_S)
    _age(store, key, 2 * DAY_S)
    collector = Collector(ledger, store)

    def away(*_: Any) -> int:
        raise ServiceMissing("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "collect_blobs", away)
        collector.collect_once()
    # then
    assert store.local_path(key).exists()
    collector.collect_once()
    assert not store.local_path(key).exists()


def test_collectors_at_once_do_no_harm(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, store: BlobStore
) -> None:
    # given
    keys = [store.put_bytes(f"unused {number}".encode()) for number in range(50)]
    for key in keys:
        _note(database_engine, key)
        _age(store, key, 2 * DAY_S)
    clock.advance(2 * DAY_S)
    collectors = [Collector(ledger, store) for _ in range(3)]
    # when
    with ThreadPoolExecutor(len(collectors)) as threads:
        for future in [threads.submit(each.collect_once) for each in collectors]:
            future.result()
    # then
    assert not any(store.local_path(key).exists() for key in keys)
    assert ledger.known_blobs(keys) == frozenset()
