"""A place for blobs that is no local folder: S3, GCS and whatever else fsspec reaches."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec

from replwright.blobs.folder import checked

# A blob that is put again after this long is stored again: the collector, which spares what is under a day old,
# must not take it for unused. Nothing here can be locked.
_FRESH = timedelta(hours=12)


class Remote:
    """`<root>/<two digits>/<key>` on a file system of fsspec."""

    def __init__(self, fs: fsspec.AbstractFileSystem, root: str) -> None:
        self._fs, self.root = fs, root

    def has_fresh(self, key: str, size: int) -> bool:
        """Whether the whole blob is there and will stay."""
        self._fs.invalidate_cache()
        try:
            whole = self._fs.info(self._path(key))["size"] == size
            age = self._age(key)
        except FileNotFoundError:
            return False
        return whole and age is not None and age < _FRESH

    def put_file(self, key: str, source: Path) -> None:
        self._fs.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)
        self._fs.put_file(str(source), self._path(key))

    def put_bytes(self, key: str, data: bytes) -> None:
        self._fs.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)
        self._fs.pipe_file(self._path(key), data)

    def fetch(self, key: str, target: Path) -> None:
        """Copy the blob to a local file. Raises OSError."""
        self._fs.get_file(self._path(key), str(target))

    def read(self, key: str, limit: int) -> bytes:
        with self._fs.open(self._path(key), "rb") as source:
            return bytes(source.read(limit))

    def remove_if_older(self, key: str, seconds: float) -> bool:
        """Remove a blob that nobody stored for so long. Whether it is not there any more.

        Nothing is removed where the store does not tell times.
        """
        try:
            age = self._age(key)
            if age is None or age.total_seconds() < seconds:
                return False
            self._fs.rm_file(self._path(key))
        except FileNotFoundError:
            return True
        return True

    def keys_older_than(self, seconds: float) -> Iterator[str]:
        self._fs.invalidate_cache()
        for shard in self._shards():
            for path in self._fs.find(shard):
                with contextlib.suppress(ValueError, FileNotFoundError):
                    key = checked(path.rpartition("/")[2])
                    age = self._age(key)
                    if age is not None and age.total_seconds() >= seconds:
                        yield key

    def _shards(self) -> list[str]:
        try:
            return sorted(self._fs.ls(self.root, detail=False))
        except FileNotFoundError:
            return []

    def _age(self, key: str) -> timedelta | None:
        """None where the store does not tell. Raises FileNotFoundError."""
        self._fs.invalidate_cache()
        try:
            modified: Any = self._fs.modified(self._path(key))
        except NotImplementedError:
            return None
        if not isinstance(modified, datetime):
            return None
        return datetime.now(UTC) - (modified if modified.tzinfo else modified.replace(tzinfo=UTC))

    def _path(self, key: str) -> str:
        return f"{self.root}/{checked(key)[:2]}/{key}"
