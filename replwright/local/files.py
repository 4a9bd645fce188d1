"""Small private files: written whole or not at all, locked, and file errors told in one line."""

import errno
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.errors import ServiceMissing

FULL = {errno.ENOSPC, errno.EDQUOT}
MAX_STATE_BYTES = 1024**2


def disk_full(path: Path) -> ServiceMissing:
    return ServiceMissing(
        f"the disk under {path} is full", "free some space there, or set REPLWRIGHT_HOME to another disk"
    )


def explain(error: OSError, path: Path) -> ServiceMissing:
    """The error of a file operation under our home as one line with its remedy."""
    if error.errno in FULL:
        return disk_full(path)
    reason = os.strerror(error.errno) if error.errno else str(error)
    return ServiceMissing(f"{path} cannot be used: {reason}", "set REPLWRIGHT_HOME to a folder that you may write to")


def private_folder(path: Path) -> Path:
    """`path`, existing, and closed to other users."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace the file as a whole; mode 0600."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def private_opener(path: str, flags: int) -> int:
    """For `open(..., opener=private_opener)`: a new file is ours alone."""
    return os.open(path, flags, 0o600)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in the file; None when it is missing or is not one."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(MAX_STATE_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def lock(path: Path, *, shared: bool = False) -> int | None:
    """A descriptor that holds the lock of this file until it is closed, or None when somebody else holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the shared lock of a file meanwhile, if nobody holds it alone."""
    descriptor = lock(path, shared=True)
    try:
        yield
    finally:
        if descriptor is not None:
            os.utime(descriptor)
            os.close(descriptor)
