"""The Blobs port: bytes by their SHA-256, in a local folder or, through fsspec, anywhere."""

import contextlib
import hashlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import fsspec

from orchestration.errors import BadInput, ServiceMissing
from replwright.blobs.cache import NodeCache
from replwright.blobs.folder import Folder, key_of
from replwright.blobs.remote import Remote

_CACHE_BYTES = 10 * 1024**3


class BlobStore:
    """`location` is any fsspec location; files of a local one are used in place, others through `cache`, a folder of
    this node that holds at most about `cache_bytes`.
    """

    def __init__(self, location: str, cache: Path, cache_bytes: int = _CACHE_BYTES) -> None:
        fs, root = fsspec.core.url_to_fs(location)
        self._root = root
        self._local = Folder(Path(root)) if "file" in _protocols(fs) else None
        self._remote = Remote(fs, root)
        self._cache = NodeCache(cache, cache_bytes)

    def put_file(self, path: Path) -> str:
        """Store a local file and return its key. Raises BadInput if it cannot be read or changes meanwhile."""
        try:
            key, size = key_of(path), path.stat().st_size
        except OSError as error:
            raise BadInput(str(path), error.strerror or str(error), "give a file that you can read") from None
        with self._writing():
            if self._local is None:
                if not self._remote.has_fresh(key, size):
                    self._remote.put_file(key, path)
            elif not self._local.touch(key):
                self._local.write(key, lambda part: _copy_verified(path, part, key))
        return key

    def put_bytes(self, data: bytes) -> str:
        key = hashlib.sha256(data).hexdigest()
        with self._writing():
            if self._local is None:
                if not self._remote.has_fresh(key, len(data)):
                    self._remote.put_bytes(key, data)
            elif not self._local.touch(key):
                self._local.write(key, lambda part: part.write_bytes(data))
        return key

    def read(self, key: str, limit: int) -> bytes:
        """At most `limit` bytes of a blob."""
        if self._local is None:
            return self._remote.read(key, limit)
        with self._local.path(key).open("rb") as source:
            return source.read(limit)

    def local_path(self, key: str) -> Path:
        """A read-only file on this node with the blob's bytes: the store's own, or the cache's verified copy.

        Raises ServiceMissing when the blob is not there or is not what its key says.
        """
        if self._local is not None:
            return self._local.path(key)
        try:
            return self._cache.get(key, self._remote.fetch)
        except OSError as error:
            raise ServiceMissing(
                f"the blob {key} cannot be had from the blob store {self._root}: {error.strerror or error}",
                "see that the store can be reached and that nothing but Replwright deletes from it",
            ) from None

    def delete_unused(self, key: str, older_than_s: float) -> bool:
        """Delete a blob unless it was put within that time. Whether it is not there any more."""
        return (self._local or self._remote).remove_if_older(key, older_than_s)

    def keys_older_than(self, seconds: float) -> Iterator[str]:
        """The keys that nobody put within that time. What killed writers left for so long is removed on the way."""
        if self._local is None:
            yield from self._remote.keys_older_than(seconds)
            return
        self._local.remove_parts_older_than(seconds)
        yield from (each.key for each in self._local.kept() if each.modified <= time.time() - seconds)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ServiceMissing(
                f"the blob store {self._root} cannot be written: {error.strerror or error}",
                "free some space or point REPLWRIGHT_STORE elsewhere",
            ) from None


def _copy_verified(source: Path, part: Path, key: str) -> None:
    shutil.copyfile(source, part)
    if key_of(part) != key:
        raise BadInput(str(source), "changed while it was read", "submit it when nothing writes to it")


def _protocols(fs: fsspec.AbstractFileSystem) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)
