"""A node keeps copies of remote blobs: verified, bounded, and shared by its processes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from orchestration.errors import ServiceMissing
from replwright.blobs import BlobStore
from replwright.blobs.cache import NodeCache
from tests.support.sandbox import CHECKOUT
from tests.support.seeds import seeds

Fetch = Callable[[str, Path], None]
KB = 1024
# A node's process: it asks for blobs at random, and says so when one is not what its key says.
READER = """
import hashlib, random, sys
from pathlib import Path
from replwright.blobs.cache import NodeCache
cache, seed = NodeCache(Path(sys.argv[1]), 8 * 1024, spared_s=0.5), int(sys.argv[2])
blobs = {hashlib.sha256(bytes([n]) * 1024).hexdigest(): bytes([n]) * 1024 for n in range(32)}
random = random.Random(seed)
for _ in range(400):
    key = random.choice(list(blobs))
    path = cache.get(key, lambda key, part: part.write_bytes(blobs[key]))
    if path.read_bytes() != blobs[key]:
        sys.exit(f"wrong bytes, seed {seed}")
"""


def _blobs(count: int, size: int = KB) -> dict[str, bytes]:
    contents = [number.to_bytes(2, "big") * (size // 2) for number in range(count)]
    return {sha256(data).hexdigest(): data for data in contents}


def _serving(blobs: dict[str, bytes], asked: list[str]) -> Fetch:
    def fetch(key: str, part: Path) -> None:
        asked.append(key)
        part.write_bytes(blobs[key])

    return fetch


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("[0-9a-f]*") if path.is_file()}


def test_the_least_recently_used_goes_when_the_cache_is_full(tmp_path: Path) -> None:
    # given four that fill it, of which the first was used last
    blobs, asked = _blobs(5), list[str]()
    cache = NodeCache(tmp_path, 4 * KB, spared_s=0)
    first, second, third, fourth, fifth = blobs
    for age, key in ((40, first), (30, second), (20, third), (10, fourth)):
        then = time.time() - age
        os.utime(cache.get(key, _serving(blobs, asked)), (then, then))
    cache.get(first, _serving(blobs, asked))
    # when
    cache.get(fifth, _serving(blobs, asked))
    # then
    assert _names(tmp_path) == {first, third, fourth, fifth}
    assert asked == [first, second, third, fourth, fifth]


def test_what_was_asked_for_lately_stays_over_the_bound(tmp_path: Path) -> None:
    blobs = _blobs(5)
    cache = NodeCache(tmp_path, 2 * KB, spared_s=60)
    paths = [cache.get(key, _serving(blobs, [])) for key in blobs]
    assert all(path.exists() for path in paths)


def test_a_repl_keeps_its_input_whatever_the_cache_does(tmp_path: Path) -> None:
    # given a blob that a REPL has by a link of its own
    blobs = _blobs(3)
    cache = NodeCache(tmp_path / "cache", KB, spared_s=0)
    key, *others = blobs
    path = cache.get(key, _serving(blobs, []))
    os.link(path, tmp_path / "in-a-repl")
    os.utime(path, (1, 1))
    # when
    for other in others:
        cache.get(other, _serving(blobs, []))
    path.unlink(missing_ok=True)
    # then
    assert (tmp_path / "in-a-repl").read_bytes() == blobs[key]


def test_wrong_bytes_are_refused_and_not_kept(tmp_path: Path) -> None:
    # given a store in which somebody changed a file
    far, near = BlobStore(f"memory://{tmp_path.name}", tmp_path / "cache"), b"what was put"
    key = far.put_bytes(near)
    far._remote.put_bytes(key, b"WHAT was put")
    # when, then
    for _ in range(2):
        with pytest.raises(ServiceMissing, match=f"holds other bytes under {key}"):
            far.local_path(key)
    assert _names(tmp_path / "cache") == set()
    assert not list((tmp_path / "cache").rglob(".new-*"))
    # and once it is right again
    far._remote.put_bytes(key, near)
    assert far.local_path(key).read_bytes() == near


def test_a_blob_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceMissing, match=f"the blob {'0' * 64} cannot be had"):
        BlobStore(f"memory://{tmp_path.name}", tmp_path / "cache").local_path("0" * 64)


def test_a_blob_comes_once_however_many_ask_for_it(tmp_path: Path) -> None:
    # given
    blobs, asked, barrier = _blobs(1), list[str](), threading.Barrier(8)
    cache, (key,) = NodeCache(tmp_path, KB), blobs

    def get() -> bytes:
        barrier.wait()
        return cache.get(key, _serving(blobs, asked)).read_bytes()

    # when
    with ThreadPoolExecutor(8) as threads:
        got = [future.result() for future in [threads.submit(get) for _ in range(8)]]
    # then
    assert got == [blobs[key]] * 8
    assert asked == [key]


def test_processes_share_a_cache_that_overflows_all_the_time(tmp_path: Path) -> None:
    # given
    seed = seeds("cache", 1)[0]
    print(f"seed {seed}")
    arguments = [sys.executable, "-c", READER, str(tmp_path)]
    # when
    readers = [subprocess.Popen([*arguments, str(seed + number)], cwd=CHECKOUT) for number in range(3)]
    # then
    assert [reader.wait(60) for reader in readers] == [0, 0, 0]
    assert not list(tmp_path.rglob(".new-*"))
