"""Loads a table in a confined REPL that writes it to a file of ours: hostile files are parsed by nobody else."""

import os
import shutil
from dataclasses import dataclass, replace

from orchestration.limits import TaskLimits
from orchestration.repl_job import InputFile, ReplJob
from replwright.repl.host.berths import Berths
from replwright.repl.host.run import run_alone
from replwright.repl.host.scratch import Folders
from replwright.repl.host.zygote import Zygote

# How much more a table takes than its file, while it is written and looked at once more.
_TIMES, _TIMES_COMPRESSED = 8, 24
_COMPRESSED = frozenset({"parquet", "xlsx"})
_AT_LEAST_BYTES = 512 * 1024**2
_TIMEOUT_S = 300.0
_DISK_SHARE = 2
# The number that the loader knows the file by.
_DESCRIPTOR = 4


@dataclass(frozen=True, slots=True)
class TableFile:
    """A loaded table: a file without a name, open for reading, which its owner closes."""

    name: str
    descriptor: int
    size_bytes: int


async def load_table(one: InputFile, limits: TaskLimits, zygote: Zygote, berths: Berths, folders: Folders) -> TableFile:
    """Raises OSError when it cannot be loaded, or takes more than a share of the disk; ZygoteGone, SandboxUnavailable.

    `limits` are a job's: the loader may hold as much, and a multiple of the file beside.
    """
    size = one.path.stat().st_size
    room = size * (_TIMES_COMPRESSED if one.format in _COMPRESSED else _TIMES)
    most = min(room + _AT_LEAST_BYTES, shutil.disk_usage(folders.jobs).free // _DISK_SHARE)
    share = replace(limits, memory_bytes=limits.memory_bytes + room, timeout_s=_TIMEOUT_S, wall_s=_TIMEOUT_S)
    writing, reading = _nameless(folders)
    try:
        berth = berths.make(zygote, share)
        try:
            await berth.open([os.dup(writing)], file_bytes=most)
            await berth.repl.first_word()
            job = ReplJob(f"inputs_df.store({one.name!r}, {_DESCRIPTOR})", inputs=(one,), limits=share)
            outcome = await run_alone(berth, job, None)
        finally:
            # Nobody may hold it for writing when a template maps it.
            await berths.clean(berth)
        if not outcome.is_success:
            raise OSError(f"the table {one.name!r} cannot be shared: {(outcome.stderr or '')[-200:].strip()}")
        return TableFile(one.name, reading, os.fstat(reading).st_size)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)


def _nameless(folders: Folders) -> tuple[int, int]:
    """A new file on disk that has no name any more, opened for writing and once more for reading."""
    path = folders.jobs.parent / f"table-{os.urandom(8).hex()}"
    writing = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        return writing, os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except BaseException:
        os.close(writing)
        raise
    finally:
        path.unlink()
