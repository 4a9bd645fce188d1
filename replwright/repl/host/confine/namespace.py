"""The view: a mount namespace in which only the interpreter, its libraries and the REPL's own folders exist.

Root takes it with its own rights, an ordinary user inside a user namespace that maps that user alone.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from replwright.repl.host.confine.libc import change_mount, mount, pivot_root, unmount, unshare

_NEW_USERS, _NEW_MOUNTS = 0x10000000, 0x00020000
# What a REPL has no use for, by the name that is told of it.
_OTHERS = {"network namespace": 0x40000000, "IPC namespace": 0x08000000, "UTS namespace": 0x04000000}
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_EXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 32, 4096, 16384, 1 << 18
_DETACH = 2

# All REPLs' folders, until a REPL puts its own `in` over them. Landlock looks at the parents of mount points.
IN = JOBS = "/repl/in"
IN_PARENT = "/repl"
SCRATCH, SCRATCH_PARENT = "/home/repl", "/home"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def can_leave(at: str) -> bool:
    """Whether this machine lets us make a view; tried in a child, as a half-way success cannot be taken back."""
    child = os.fork()
    if child == 0:
        try:
            leave_the_machine()
            mount("replwright", at, "tmpfs", _NO_SETUID | _NO_DEVICES)
            unshare(_NEW_MOUNTS)
            os._exit(0)
        except OSError:
            os._exit(1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def leave_the_machine() -> list[str]:
    """Take namespaces of our own, which share nothing back. Their names; OSError without that of mounts."""
    if os.geteuid() == 0:
        unshare(_NEW_MOUNTS)
        taken = [name for name, flag in _OTHERS.items() if _try(flag)]
    else:
        uid, gid = os.geteuid(), os.getegid()
        unshare(_NEW_USERS | _NEW_MOUNTS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
        taken = ["user namespace", *(name for name, flag in _OTHERS.items() if _try(flag))]
    mount("none", "/", "", _RECURSIVE | _PRIVATE)
    return taken


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
    for folder in (JOBS, SCRATCH, "/tmp"):  # noqa: S108 - a folder of the new root
        os.makedirs(at + folder, 0o755, exist_ok=True)
    # Read-only here, and so in each REPL: it is the host that puts inputs there.
    _bind(jobs, at + JOBS, _NO_SETUID | _NO_DEVICES | _NO_EXEC)
    os.chdir(at)
    pivot_root(".", ".")
    unmount(".", _DETACH)
    os.chdir("/")
    mount("none", "/", "", _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)


def writable() -> str:
    """For the zygote alone: a folder to write to while it warms up. Each REPL's own covers it."""
    mount("replwright", SCRATCH, "tmpfs", _NO_SETUID | _NO_DEVICES | _NO_EXEC, "mode=0755,size=16m")
    return SCRATCH


def enter_own(uid: int, folder: str, scratch_bytes: int, scratch_files: int) -> None:
    """In a REPL: a scratch folder with a size and a number of files, its own inputs, and nobody else's."""
    unshare(_NEW_MOUNTS)
    # One inode is the root of the file system, one the outputs folder.
    sizes = f"mode=0700,uid={uid},gid={uid},size={scratch_bytes},nr_inodes={scratch_files + 2}"
    mount("replwright", SCRATCH, "tmpfs", _NO_SETUID | _NO_DEVICES | _NO_EXEC, sizes)
    mount(f"{JOBS}/{folder}/in", IN, "", _BIND)


def enter_template(folder: str) -> None:
    """In a template: its own folder, with those of its REPLs, in the place of everybody's."""
    unshare(_NEW_MOUNTS)
    mount(f"{JOBS}/{folder}", JOBS, "", _BIND)
    change_mount(JOBS, remove=_READ_ONLY)


def _try(flag: int) -> bool:
    try:
        unshare(flag)
    except OSError:
        return False
    return True


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
    mount(source, target, "", _BIND | _RECURSIVE)
    change_mount(target, add=_READ_ONLY | flags)
