"""The view as root: a mount namespace in which only the interpreter, its libraries and the REPL's own folders exist."""

import os
import platform
from collections.abc import Iterable

from replwright.repl.host.confine.libc import mount, pivot_root, unmount, unshare

_NEW_MOUNTS = 0x00020000
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_EXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 32, 4096, 16384, 1 << 18
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

JOBS = "/repl/jobs"
IN = "/in"
SCRATCH = "/scratch"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def leave_the_machine() -> None:
    """Take a mount namespace of our own, which shares nothing back. Raises PermissionError where that is refused."""
    unshare(_NEW_MOUNTS)
    mount("none", "/", "", _RECURSIVE | _PRIVATE)


def enter_view(readable: Iterable[str], jobs: str, at: str) -> None:
    """Make a root out of read-only binds of `readable` at the same paths, and go there.

    `jobs` (the folders of all REPLs) appears under JOBS, for the zygote alone. `at` is an empty folder to build on.
    """
    mount("replwright", at, "tmpfs", _NO_SETUID | _NO_DEVICES, "mode=0755,size=1m")
    bound: list[str] = []
    for path in sorted({os.path.normpath(path) for path in readable}):
        if not any(path.startswith(root + "/") for root in bound) and _show(path, at):
            bound.append(path)
    for device in _DEVICES:
        _bind(device, at + device, _NO_SETUID | _NO_EXEC)
    for folder in (JOBS, IN, SCRATCH, "/tmp"):  # noqa: S108 - a folder of the new root
        os.makedirs(at + folder, 0o755, exist_ok=True)
    mount(jobs, at + JOBS, "", _BIND)
    os.chdir(at)
    pivot_root(_PIVOT_ROOT[platform.machine()], ".", ".")
    unmount(".", _DETACH)
    os.chdir("/")
    mount("none", "/", "", _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)


def enter_own(uid: int, folder: str, scratch_bytes: int, scratch_files: int) -> None:
    """In the child: a scratch folder with a size and a number of files, its own inputs, and nobody else's."""
    unshare(_NEW_MOUNTS)
    # One inode is the root of the file system, one the outputs folder.
    sizes = f"mode=0700,uid={uid},gid={uid},size={scratch_bytes},nr_inodes={scratch_files + 2}"
    mount("replwright", SCRATCH, "tmpfs", _NO_SETUID | _NO_DEVICES | _NO_EXEC, sizes)
    _bind(f"{JOBS}/{folder}/in", IN, _NO_SETUID | _NO_DEVICES | _NO_EXEC)
    unmount(JOBS, _DETACH)


def _show(path: str, at: str) -> bool:
    """Bind one path, or repeat it where it is a link (/lib on a merged /usr). False when it is not there."""
    if os.path.islink(path) and os.path.isdir(path):
        os.makedirs(at + os.path.dirname(path), 0o755, exist_ok=True)
        os.symlink(os.readlink(path), at + path)
        return False
    if not os.path.exists(path):
        return False
    _bind(os.path.realpath(path), at + path, _NO_SETUID | _NO_DEVICES)
    return True


def _bind(source: str, target: str, flags: int) -> None:
    if os.path.isdir(source):
        os.makedirs(target, 0o755, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    mount(source, target, "", _BIND)
    mount("none", target, "", _REMOUNT | _BIND | _READ_ONLY | flags)
