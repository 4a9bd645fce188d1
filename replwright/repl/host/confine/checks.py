"""What the filters look at in a call's arguments, as blocks of BPF that each end in a verdict."""

import errno
import os
from collections.abc import Mapping

LOAD, JUMP_EQUAL, _AND, _RETURN = 0x20, 0x15, 0x54, 0x06

Instruction = tuple[int, int, int, int]

ALLOW: Instruction = (_RETURN, 0, 0, 0x7FFF0000)
DENY: Instruction = (_RETURN, 0, 0, 0x00050000 | errno.EPERM)
NOT_IMPLEMENTED: Instruction = (_RETURN, 0, 0, 0x00050000 | errno.ENOSYS)
KILL: Instruction = (_RETURN, 0, 0, 0x80000000)
# Stands for the pid of the process that puts the filter on.
OWN_PID = 0xFFFFFFF1

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000 | 0x80
_PRCTL_NAMES = (15, 16)
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS, _SIGKILL = 1, 4, 22, 38, 9
_TERMINAL_AND_CLOSE_ON_EXEC = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# F_SETOWN and F_SETSIG are left out: they make the kernel send a signal of the caller's choice to another process.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
# O_TRUNC on a file opened to read: Landlock before version 3 does not see it.
_TRUNCATE_TO_READ = (os.O_TRUNC | os.O_ACCMODE, os.O_TRUNC)


def _argument(index: int, high: bool = False) -> Instruction:
    return (LOAD, 0, 0, 16 + 8 * index + (4 if high else 0))


def _one_of(index: int, values: tuple[int, ...]) -> tuple[Instruction, ...]:
    left = [(JUMP_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return (_argument(index), *left, DENY, ALLOW)


def _masked(index: int, mask: int, value: int, *, allow_if_equal: bool) -> tuple[Instruction, ...]:
    then, otherwise = (ALLOW, DENY) if allow_if_equal else (DENY, ALLOW)
    return (_argument(index), (_AND, 0, 0, mask), (JUMP_EQUAL, 0, 1, value), then, otherwise)


_OWN: tuple[Instruction, ...] = (_argument(0), (JUMP_EQUAL, 0, 1, 0), ALLOW, DENY)

OF_A_REPL: Mapping[str, tuple[Instruction, ...]] = {
    # A thread, never a process.
    "clone": _masked(0, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD, allow_if_equal=True),
    # Reading one's own limits.
    "prlimit64": (
        _argument(0),
        (JUMP_EQUAL, 0, 5, 0),
        _argument(2),
        (JUMP_EQUAL, 0, 3, 0),
        _argument(2, high=True),
        (JUMP_EQUAL, 0, 1, 0),
        ALLOW,
        DENY,
    ),
    # abort() and raise(): the REPL's own threads.
    "tgkill": (_argument(0), (JUMP_EQUAL, 0, 1, OWN_PID), ALLOW, DENY),
    "ioctl": _one_of(1, _TERMINAL_AND_CLOSE_ON_EXEC),
    "fcntl": _one_of(1, _FCNTL),
    "prctl": _one_of(0, _PRCTL_NAMES),
    "open": _masked(1, *_TRUNCATE_TO_READ, allow_if_equal=False),
    "openat": _masked(2, *_TRUNCATE_TO_READ, allow_if_equal=False),
}

OF_A_TEMPLATE: Mapping[str, tuple[Instruction, ...]] = {
    **OF_A_REPL,
    # Processes too, in these namespaces.
    "clone": _masked(0, _CLONE_NAMESPACES, 0, allow_if_equal=True),
    # Lowering one's own limits: hard ones rise for nobody without a capability.
    "prlimit64": _OWN,
    # What a REPL of a template puts on itself; nothing of it can be taken off again.
    "prctl": (
        _argument(0),
        (JUMP_EQUAL, 6, 0, _SET_PDEATHSIG),
        (JUMP_EQUAL, 8, 0, _SET_DUMPABLE),
        (JUMP_EQUAL, 9, 0, _SET_SECCOMP),
        (JUMP_EQUAL, 8, 0, _SET_NO_NEW_PRIVS),
        *((JUMP_EQUAL, 7 - i, 0, name) for i, name in enumerate(_PRCTL_NAMES)),
        DENY,
        _argument(1),
        (JUMP_EQUAL, 3, 0, _SIGKILL),
        DENY,
        _argument(1),
        (JUMP_EQUAL, 0, 1, 0),
        ALLOW,
        DENY,
    ),
}
