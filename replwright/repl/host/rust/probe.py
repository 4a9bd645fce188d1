"""Real attacks from inside a Monty worker's confinement, run in its launcher instead of the exec."""

import ctypes
import errno
import os
import socket
from collections.abc import Callable

_LIBC = ctypes.CDLL(None, use_errno=True)
_EXECVEAT = {"x86_64": 322, "aarch64": 281}[os.uname().machine]
_PTRACE_SEIZE, _NEW_USERS, _SET_PDEATHSIG, _AT_EMPTY_PATH = 0x4206, 0x10000000, 1, 0x1000


def reached(canary: str, port: int, host: int) -> list[str]:
    """The names of the attacks that reached their goal; good is none.

    `canary` is a readable file of ours, `port` listens on loopback, `host` is our process.
    """
    attacks: dict[str, Callable[[], object]] = {
        "read a file of the host": lambda: os.open(canary, os.O_RDONLY),
        "read /etc/passwd": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "read the host's environment": lambda: os.open(f"/proc/{host}/environ", os.O_RDONLY),
        "list the root": lambda: os.listdir("/"),
        "write beside the canary": lambda: os.open(canary + ".mine", os.O_WRONLY | os.O_CREAT),
        "write to a temporary folder": lambda: os.open(f"/tmp/rust-{os.getpid()}", os.O_WRONLY | os.O_CREAT),  # noqa: S108
        "make a folder": lambda: os.mkdir(f"{canary}-folder"),
        "remove the canary": lambda: os.unlink(canary),
        "connect to a port": lambda: socket.socket(socket.AF_INET).connect(("127.0.0.1", port)),
        "open a Unix socket": lambda: socket.socket(socket.AF_UNIX),
        "fork": _fork,
        "run a program by path": lambda: _unless_refused(_LIBC.execv(b"/no/such/program", None)),
        "run a program by descriptor": lambda: _unless_refused(
            _LIBC.syscall(_EXECVEAT, 0, b"", None, None, _AT_EMPTY_PATH)
        ),
        "signal the host": lambda: os.kill(host, 0),
        "look at the host's memory": lambda: _unless_refused(_LIBC.ptrace(_PTRACE_SEIZE, host, None, None)),
        "make a file in memory": lambda: os.memfd_create("x"),
        "change the user": lambda: os.setuid(0),
        "take new namespaces": lambda: _unless_refused(_LIBC.unshare(_NEW_USERS)),
        "mount": lambda: _unless_refused(_LIBC.mount(b"x", b"/no/such/folder", b"tmpfs", 0, None)),
        "change a mode": lambda: os.chmod("/", 0o777),  # noqa: S103
        "outlive the host": lambda: _unless_refused(_LIBC.prctl(_SET_PDEATHSIG, 0, 0, 0, 0)),
        "raise a limit": lambda: _unless_refused(_LIBC.setrlimit(7, (ctypes.c_ulong * 2)(4096, 4096))),
    }
    return [name for name, attack in attacks.items() if _succeeds(attack)]


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, ValueError, RuntimeError):
        return False
    return True


def _unless_refused(result: int) -> None:
    """Whether the filter refused the call: any other error means that the kernel went on to look at the arguments."""
    if result < 0 and ctypes.get_errno() == errno.EPERM:
        raise PermissionError


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
