"""The folders of an engine on disk: one a REPL, measured while it runs and removed after it."""

import asyncio
import contextlib
import fcntl
import os
import stat
import uuid
from dataclasses import dataclass
from pathlib import Path

from replwright.repl.host.removal import remove_tree

# Files are made at tens of thousands a second: how many get through is what is made between two looks.
_QUIET_S, _GROWING_S = 0.02, 0.001


@dataclass(frozen=True, slots=True)
class Usage:
    """What a folder holds, everything below it counted."""

    size_bytes: int
    files: int


def make_folder(folder: Path, mode: int) -> None:
    """A new folder with just this mode: a strict umask of the host must not lock a REPL out of what is its own."""
    folder.mkdir()
    folder.chmod(mode)


class Folders:
    """`<root>/<run>/` with `jobs/<name>/` for each REPL. A run's lock tells its leftovers from a live neighbour's."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        self._run = root.resolve() / f"run-{uuid.uuid4().hex[:12]}"
        self.jobs, self.view = self._run / "jobs", self._run / "view"
        make_folder(self._run, 0o711)
        self._lock = os.open(self._run / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        make_folder(self.jobs, 0o711)
        make_folder(self.view, 0o700)

    def make(self, name: str, scratch_owner: int | None) -> Path:
        """The folder of one REPL, with `in` and `scratch`; the latter belongs to `scratch_owner` if there is one."""
        folder = self.jobs / name
        make_folder(folder, 0o711)
        make_folder(folder / "in", 0o755)
        make_folder(folder / "scratch", 0o700)
        if scratch_owner is not None:
            os.chown(folder / "scratch", scratch_owner, scratch_owner)
        return folder

    def close(self) -> None:
        """Remove the run. Every REPL must be gone."""
        os.close(self._lock)
        remove_tree(self._run)


def usage(folder: Path, enough: Usage | None = None) -> Usage:
    """Measure a folder that is being written to: what vanishes meanwhile does not count.

    With `enough`, the count may stop as soon as it is above that in either way.
    """
    size = files = 0
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    facts = entry.stat(follow_symlinks=False)
                    files, size = files + 1, size + facts.st_blocks * 512
                    if stat.S_ISDIR(facts.st_mode):
                        waiting.append(entry.path)
                if enough is not None and (files > enough.files or size > enough.size_bytes):
                    return Usage(size, files)
    return Usage(size, files)


async def overfull(folder: Path, limit: Usage) -> None:
    """Return once the folder holds more than `limit`. It is looked at again at once while it grows."""
    before = Usage(0, 0)
    while True:
        held = await asyncio.to_thread(usage, folder, limit)
        if held.size_bytes > limit.size_bytes or held.files > limit.files:
            return
        await asyncio.sleep(_QUIET_S if held == before else _GROWING_S)
        before = held


def passable_by_others(folder: Path) -> bool:
    """Whether another user can pass every folder on the way."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _sweep(root: Path) -> None:
    """Remove what runs left that were killed."""
    for run in root.glob("run-*"):
        with contextlib.suppress(OSError):
            lock = os.open(run / "lock", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(run)
            finally:
                os.close(lock)
