"""Blobs are content-addressed, whole and read-only; inputs are named as REPL code will see them."""

import hashlib
from pathlib import Path

import pytest

from orchestration.errors import BadInput, ServiceMissing
from replwright.blobs import BlobStore
from replwright.inputs import names, store_inputs


def test_the_same_bytes_are_stored_once_under_their_hash_and_cannot_be_written(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path / "blobs"), cache=tmp_path / "cache")
    (tmp_path / "data.csv").write_bytes(b"a\n1\n")
    key = store.put_file(tmp_path / "data.csv")
    assert key == store.put_bytes(b"a\n1\n") == hashlib.sha256(b"a\n1\n").hexdigest()
    assert store.local_path(key).read_bytes() == b"a\n1\n"
    assert store.local_path(key).stat().st_mode & 0o777 == 0o444
    assert list((tmp_path / "blobs").glob("*/[!.]*")) == [store.local_path(key)]


def test_a_remote_store_is_cached_on_the_node(tmp_path: Path) -> None:
    store = BlobStore("memory://blobs-under-test", cache=tmp_path / "cache")
    key = store.put_bytes(b"far away")
    path = store.local_path(key)
    assert path.is_relative_to(tmp_path / "cache")
    assert path.read_bytes() == b"far away"
    assert store.read(key, 3) == b"far"


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a" * 63, "A" * 64])
def test_a_key_that_is_no_hash_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        BlobStore(str(tmp_path), cache=tmp_path).local_path(key)


def test_a_store_that_cannot_be_written_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceMissing, match="REPLWRIGHT_STORE"):
        BlobStore(str(tmp_path / "file" / "blobs"), cache=tmp_path).put_bytes(b"x")


def test_files_of_one_name_get_names_of_their_own() -> None:
    assert names([Path("a/prices.csv"), Path("b/prices.csv"), Path("c/prices.json"), Path("x\n;y.csv")]) == [
        "prices",
        "prices_2",
        "prices_3",
        "x__y",
    ]


def test_nothing_is_stored_when_one_of_the_files_cannot_be_taken(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("a\n1\n")
    (tmp_path / "empty.csv").write_text("")
    store = BlobStore(str(tmp_path / "blobs"), cache=tmp_path / "cache")
    with pytest.raises(BadInput, match=r"empty.csv.*is empty"):
        store_inputs([tmp_path / "good.csv", tmp_path / "empty.csv"], store)
    assert not (tmp_path / "blobs").exists()
