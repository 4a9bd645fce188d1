"""This machine and its processes, named so that a neighbour can say for certain that one of them is gone."""

import os
from dataclasses import dataclass
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc/PID/stat says: the state's letter, the parent, the start in clock ticks since the boot."""

    state: str
    parent: int
    started: int

    @property
    def ended(self) -> bool:
        """A zombie runs no more."""
        return self.state in "ZX"


def stat(pid: int) -> Stat:
    """Raises OSError when it cannot be read, most often as there is no such process."""
    # The name of a program may hold spaces and brackets: what follows the last one is plain.
    fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    try:
        return Stat(fields[0], int(fields[1]), int(fields[19]))
    except (IndexError, ValueError) as error:
        raise OSError(f"/proc/{pid}/stat cannot be understood") from error


def here() -> str | None:
    """This boot and this namespace of pids: who shares both, sees our pids as we do. None where that is not told."""
    try:
        # /proc of another namespace would tell of other processes.
        if os.readlink("/proc/self") != str(os.getpid()):
            return None
        return f"{_BOOT.read_text().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return None


def this_process() -> tuple[str | None, int | None]:
    """Machine and start of this process, as the ledger keeps them: None and None where they are not told."""
    name = here()
    try:
        return (name, stat(os.getpid()).started) if name else (None, None)
    except OSError:
        return None, None


def is_gone(pid: int, pid_started: int) -> bool:
    """Whether the process that started then has ended for certain. What cannot be looked at counts as alive."""
    try:
        found = stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        # /proc may hide what belongs to other users: a signal tells.
        return not _there(pid)
    except OSError:
        return False
    return found.ended or found.started != pid_started


def _there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
