"""A local folder of content-addressed files, which many processes fill and empty at once."""

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

_KEY = re.compile(r"[0-9a-f]{64}\Z")
_PART = ".new-"
_CHUNK = 1024**2


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it stood when it was looked at. `links` counts its names: a REPL's own link is one."""

    key: str
    size: int
    modified: float
    links: int


class Folder:
    """`<root>/<two digits>/<key>`. A file is whole and read-only from the moment that it has its name.

    A shard's lock keeps `touch` and `remove_if_older` apart: what was touched is not removed as old.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where the blob is, if it is there."""
        return self.root / checked(key)[:2] / key

    def touch(self, key: str) -> bool:
        """Make a file young again. False when it is not there, or another user's: then it is to be written."""
        with _lock(self.path(key).parent / ".lock", fcntl.LOCK_SH):
            try:
                os.utime(self.path(key))
            except (FileNotFoundError, PermissionError):
                return False
            return True

    def write(self, key: str, fill: Callable[[Path], object]) -> Path:
        """Let `fill` write to a temporary name that becomes the blob, whole and read-only, or goes away."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=_PART)
        os.close(handle)
        part = Path(name)
        try:
            fill(part)
            # Readable by the REPLs, which run as other users; writable by nobody, as links to it are handed out.
            part.chmod(0o444)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            return part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def remove_if_older(self, key: str, seconds: float) -> bool:
        """Remove a file that nobody wrote or touched for so long. Whether it is not there any more."""
        path = self.path(key)
        with _lock(path.parent / ".lock", fcntl.LOCK_EX) as locked:
            try:
                # On a file system without locks nothing is ever removed.
                if not locked or path.stat().st_mtime > time.time() - seconds:
                    return False
                path.unlink()
            except FileNotFoundError:
                return True
            return True

    def turn(self, key: str | None = None) -> AbstractContextManager[bool]:
        """One at a time, of all the processes and threads: for the keys of a shard or for the whole folder."""
        return _lock((self.path(key).parent if key else self.root) / ".turn", fcntl.LOCK_EX)

    def kept(self) -> Iterator[Kept]:
        """Every blob; what vanishes meanwhile is left out."""
        for entry in self._entries():
            if _KEY.match(entry.name):
                with contextlib.suppress(FileNotFoundError):
                    facts = entry.stat(follow_symlinks=False)
                    yield Kept(entry.name, facts.st_size, facts.st_mtime, facts.st_nlink)

    def remove_parts_older_than(self, seconds: float) -> None:
        """Remove what writers left that were killed."""
        for entry in self._entries():
            if entry.name.startswith(_PART):
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime < time.time() - seconds:
                        os.unlink(entry.path)

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        for shard in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            with os.scandir(shard) as entries:
                yield from list(entries)


def checked(key: str) -> str:
    """Raises ValueError for what is no key, as keys become paths."""
    if not _KEY.match(key):
        raise ValueError("a blob's key is 64 hexadecimal digits")
    return key


def key_of(path: Path) -> str:
    """The SHA-256 of a file's bytes. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextlib.contextmanager
def _lock(file: Path, how: int) -> Iterator[bool]:
    """Hold a lock, by way of a file that stays. False where the file system has none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(lock, how)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            # By name: a child forked meanwhile would hold the same lock until it ends.
            fcntl.flock(lock, fcntl.LOCK_UN)
    finally:
        os.close(lock)
