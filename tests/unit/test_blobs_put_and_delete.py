"""A blob that somebody puts is there, whoever deletes what is old at that moment."""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from orchestration.errors import BadInput
from replwright.blobs import BlobStore
from tests.support.sandbox import CHECKOUT
from tests.support.seeds import seeds

DAY_S = 24 * 3600.0
HOUR_S = 3600.0
RACES = 500
# Deletes what is older than an hour, again and again, until it is killed; slowly, between the look and the deed.
DELETER = """
import sys, time
from pathlib import Path
from replwright.blobs import BlobStore
unlink = Path.unlink
Path.unlink = lambda *arguments, **named: (time.sleep(0.0005), unlink(*arguments, **named))
store = BlobStore(sys.argv[1], Path(sys.argv[1], "no-cache"))
while True:
    store.delete_unused(sys.argv[2], 3600.0)
"""


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(str(tmp_path / "blobs"), tmp_path / "cache")


@pytest.fixture
def far(tmp_path: Path) -> Iterator[BlobStore]:
    yield BlobStore(f"memory://{tmp_path.name}", tmp_path / "cache")
    fsspec.filesystem("memory").rm(f"/{tmp_path.name}", recursive=True)


def _age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def _age_far(tmp_path: Path, key: str, seconds: float) -> datetime:
    then = datetime.now(UTC) - timedelta(seconds=seconds)
    fsspec.filesystem("memory").store[f"/{tmp_path.name}/{key[:2]}/{key}"].modified = then
    return then


@contextlib.contextmanager
def _deleter(folder: Path, key: str) -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-c", DELETER, str(folder), key], cwd=CHECKOUT) as process:
        try:
            yield
        finally:
            process.kill()


def test_only_what_nobody_put_for_long_enough_is_deleted(store: BlobStore) -> None:
    # given
    old, young = store.put_bytes(b"old"), store.put_bytes(b"young")
    _age(store.local_path(old), 2 * DAY_S)
    # then
    assert list(store.keys_older_than(DAY_S)) == [old]
    assert not store.delete_unused(young, DAY_S)
    assert store.delete_unused(old, DAY_S)
    assert not store.local_path(old).exists()
    assert store.local_path(young).read_bytes() == b"young"
    assert store.delete_unused(old, DAY_S), "gone is gone"


@pytest.mark.parametrize(
    "put",
    [lambda store, file: store.put_bytes(file.read_bytes()), lambda store, file: store.put_file(file)],
    ids=["bytes", "file"],
)
def test_a_blob_that_is_put_again_is_young_again(
    store: BlobStore, tmp_path: Path, put: Callable[[BlobStore, Path], str]
) -> None:
    # given
    (tmp_path / "file").write_bytes(b"x")
    key = put(store, tmp_path / "file")
    _age(store.local_path(key), 2 * DAY_S)
    # when
    assert put(store, tmp_path / "file") == key
    # then
    assert not store.delete_unused(key, HOUR_S)


def test_a_put_blob_is_never_missing_while_others_delete_what_is_old(store: BlobStore, tmp_path: Path) -> None:
    # given
    seed = seeds("put and delete", 1)[0]
    print(f"seed {seed}")
    random_ = random.Random(seed)
    path = store.local_path(store.put_bytes(b"wanted"))
    races = deleted = 0
    with _deleter(tmp_path / "blobs", path.name), _deleter(tmp_path / "blobs", path.name):
        # A busy machine may give the deleters no time at first: without a deletion there was no race.
        while races < RACES or (deleted == 0 and races < 50 * RACES):
            races += 1
            # when it is old, and is put again somewhere in the middle of its deletion
            with contextlib.suppress(FileNotFoundError):
                _age(path, 2 * DAY_S)
            time.sleep(random_.uniform(0, 0.001))
            deleted += not path.exists()
            store.put_bytes(b"wanted")
            # then
            assert path.read_bytes() == b"wanted"
    assert 0 < deleted < races, "the race was one"


def test_what_a_killed_writer_left_is_removed_with_the_old(store: BlobStore, tmp_path: Path) -> None:
    # given
    shard = store.local_path(store.put_bytes(b"x")).parent
    for name, age_s in (("dead", 2 * DAY_S), ("alive", 0)):
        (shard / f".new-{name}").write_bytes(b"half")
        _age(shard / f".new-{name}", age_s)
    # when
    assert list(store.keys_older_than(DAY_S)) == []
    # then
    assert {path.name for path in shard.glob(".new-*")} == {".new-alive"}


def test_a_file_that_changes_while_it_is_stored_is_refused(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a file that grows between the first look and the copy
    source = tmp_path / "growing.csv"
    source.write_bytes(b"a\n1\n")
    monkeypatch.setattr("shutil.copyfile", lambda _, target: Path(target).write_bytes(b"a\n1\n2\n"))
    # when, then
    with pytest.raises(BadInput, match="changed while it was read"):
        store.put_file(source)
    assert list(store.keys_older_than(-1)) == []


def test_a_remote_blob_is_stored_again_before_it_can_be_old_enough_to_go(far: BlobStore, tmp_path: Path) -> None:
    # given
    key = far.put_bytes(b"far")
    young = _age_far(tmp_path, key, 11 * HOUR_S)
    stored = fsspec.filesystem("memory").store[f"/{tmp_path.name}/{key[:2]}/{key}"]
    # when
    far.put_bytes(b"far")
    # then
    assert stored.modified == young
    # but
    _age_far(tmp_path, key, 13 * HOUR_S)
    far.put_bytes(b"far")
    assert not far.delete_unused(key, HOUR_S)


def test_half_a_remote_blob_is_stored_again(far: BlobStore, tmp_path: Path) -> None:
    key = far.put_bytes(b"whole")
    fsspec.filesystem("memory").pipe_file(f"/{tmp_path.name}/{key[:2]}/{key}", b"who")
    far.put_bytes(b"whole")
    assert far.read(key, 100) == b"whole"


def test_old_remote_blobs_are_listed_and_deleted(far: BlobStore, tmp_path: Path) -> None:
    # given
    old, young = far.put_bytes(b"old"), far.put_bytes(b"young")
    _age_far(tmp_path, old, 2 * DAY_S)
    # then
    assert list(far.keys_older_than(DAY_S)) == [old]
    assert far.delete_unused(old, DAY_S)
    assert far.delete_unused(old, DAY_S)
    assert not far.delete_unused(young, DAY_S)
    assert far.read(young, 100) == b"young"
