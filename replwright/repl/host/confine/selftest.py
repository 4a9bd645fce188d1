"""Real attacks, run in a confined child before any job is: a machine on which one succeeds runs nothing."""

import ctypes
import errno
import mmap
import os
import socket
import threading
from collections.abc import Callable

_LIBC = ctypes.CDLL(None, use_errno=True)
_PTRACE_SEIZE, _NEW_USERS, _NEW_NETWORK, _SET_PDEATHSIG, _RAISE_AMBIENT = 0x4206, 0x10000000, 0x40000000, 1, 47
_PIDFD_GETFD = 438


def reached(canary: str, port: int, host: int, *, of_template: bool = False) -> list[str]:
    """The names of the attacks that reached their goal, and of the duties that the sandbox failed; good is none.

    `canary` is a readable file of ours with a folder around it, `port` listens on loopback, `host` is our process.
    A template must be able to fork, and is refused all the rest.
    """
    attacks: dict[str, Callable[[], object]] = {
        "read a file of the host": lambda: open(canary).read(),  # noqa: SIM115
        "read /etc/passwd": lambda: open("/etc/passwd").read(),  # noqa: SIM115
        "list the root": lambda: os.listdir("/"),
        "write beside the canary": lambda: _make(canary + ".mine"),
        "write to a temporary folder": lambda: _make(f"/tmp/replwright-{os.getpid()}"),  # noqa: S108
        "connect to a port": lambda: socket.create_connection(("127.0.0.1", port), 1),
        "open a Unix socket": lambda: socket.socket(socket.AF_UNIX),
        "fork": _fork,
        "run a program": lambda: _unless_not_permitted(_LIBC.execv(b"/no/such/program", None)),
        "signal the host": lambda: os.kill(host, 0),
        "look at the host's memory": lambda: _unless_not_permitted(_LIBC.ptrace(_PTRACE_SEIZE, host, None, None)),
        "make a file in memory": lambda: os.memfd_create("x"),
        "change the user": lambda: os.setuid(0),
        "take new namespaces": lambda: _unless_not_permitted(_LIBC.unshare(_NEW_USERS)),
        "mount": lambda: _unless_not_permitted(_LIBC.mount(b"x", b"/no/such/folder", b"tmpfs", 0, None)),
        "change a mode": lambda: os.chmod(".", 0o777),  # noqa: S103
        "outlive the zygote": lambda: _unless_not_permitted(_LIBC.prctl(_SET_PDEATHSIG, 0, 0, 0, 0)),
        "raise a limit": _raise_a_limit,
        "see another network": lambda: _unless_not_permitted(_LIBC.setns(0, _NEW_NETWORK)),
        "get back a capability": lambda: _unless_not_permitted(_LIBC.prctl(_RAISE_AMBIENT, 2, 21, 0, 0)),
        "make a device": lambda: os.mknod("device", 0o20600, os.makedev(1, 3)),
        "make a named pipe": lambda: os.mkfifo("pipe"),
        "take a descriptor of the host": lambda: _unless_not_permitted(_LIBC.syscall(_PIDFD_GETFD, 0, 0, 0)),
        "take ten times the memory": lambda: mmap.mmap(-1, 1 << 40),
    }
    duties: dict[str, Callable[[], object]] = {"start a thread": _thread}
    if of_template:
        duties["fork"] = attacks.pop("fork")
    else:
        duties["write to its scratch folder"] = lambda: _make("probe")
    held = [f"cannot {name}" for name, duty in duties.items() if not _succeeds(duty)]
    return [name for name, attack in attacks.items() if _succeeds(attack)] + held


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, ValueError, RuntimeError):
        return False
    return True


def _unless_not_permitted(result: int) -> None:
    """Whether the filter refused the call: any other error means that the kernel went on to look at the arguments."""
    if result < 0 and ctypes.get_errno() == errno.EPERM:
        raise PermissionError


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _raise_a_limit() -> None:
    import resource

    more = resource.getrlimit(resource.RLIMIT_NOFILE)[1] + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (more, more))


def _make(path: str) -> None:
    """Make a file and, where that worked, take it away again."""
    with open(path, "x") as file:
        file.write("x")
    os.unlink(path)


def _thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
