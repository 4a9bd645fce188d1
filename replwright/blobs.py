"""The Blobs port over fsspec: content-addressed, the file first and the row after, with a cache a node."""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import fsspec

from orchestration.errors import BadInput, ServiceMissing

_KEY = re.compile(r"[0-9a-f]{64}\Z")
_CHUNK = 1024**2


class BlobStore:
    """Bytes by their SHA-256. `location` is any fsspec location; files of a local one are used in place."""

    def __init__(self, location: str, cache: Path) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(location)
        self._is_local = "file" in _protocols(self._fs)
        self._cache = cache

    def put_file(self, path: Path) -> str:
        """Store a local file and return its key. Raises BadInput if it cannot be read."""
        digest = hashlib.sha256()
        try:
            with path.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise BadInput(str(path), error.strerror or str(error), "give a file that you can read") from None
        key = digest.hexdigest()
        if not self._fs.exists(self._path(key)):
            self._store(key, path)
        return key

    def put_bytes(self, data: bytes) -> str:
        key = hashlib.sha256(data).hexdigest()
        if not self._fs.exists(self._path(key)):
            with tempfile.NamedTemporaryFile() as temporary:
                temporary.write(data)
                temporary.flush()
                self._store(key, Path(temporary.name))
        return key

    def read(self, key: str, limit: int) -> bytes:
        """At most `limit` bytes of a blob."""
        with self._fs.open(self._path(key), "rb") as source:
            return bytes(source.read(limit))

    def local_path(self, key: str) -> Path:
        """A read-only file on this node with the blob's bytes: the store's own, or the cache's copy."""
        if self._is_local:
            return Path(self._path(key))
        cached = self._cache / key[:2] / key
        if not cached.exists():
            cached.parent.mkdir(parents=True, exist_ok=True)
            with _new_file(cached) as part:
                self._fs.get_file(self._path(key), str(part))
        return cached

    def _store(self, key: str, source: Path) -> None:
        target = self._path(key)
        try:
            self._fs.makedirs(os.path.dirname(target), exist_ok=True)
            if self._is_local:
                with _new_file(Path(target)) as part:
                    shutil.copyfile(source, part)
            else:
                self._fs.put_file(str(source), target)
        except OSError as error:
            raise ServiceMissing(
                f"the blob store {self._root} cannot be written: {error.strerror or error}",
                "free some space or point REPLWRIGHT_STORE elsewhere",
            ) from None

    def _path(self, key: str) -> str:
        if not _KEY.match(key):
            raise ValueError("a blob's key is 64 hexadecimal digits")
        return f"{self._root}/{key[:2]}/{key}"


@contextlib.contextmanager
def _new_file(target: Path):  # type: ignore[no-untyped-def]
    """A temporary name beside `target` that becomes it, whole and read-only, or goes away."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        # Readable by the REPLs, which run as other users; writable by nobody, as links to it are handed out.
        part.chmod(0o444)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _protocols(fs: fsspec.AbstractFileSystem) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)
