"""seccomp: an allow-list of system calls, built once in the zygote and put on in every REPL."""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from replwright.repl.host.confine.libc import prctl
from replwright.repl.host.confine.syscalls import ABSENT, ARCHITECTURES, CHECKED, PLAIN, Numbers

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_DENY, _NOT_IMPLEMENTED = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_FIRST_UNKNOWN_NUMBER = 451

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000 | 0x80
_PRCTL_NAMES = (15, 16)
_TERMINAL_AND_CLOSE_ON_EXEC = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# F_SETOWN and F_SETSIG are left out: they make the kernel send a signal of the caller's choice to another process.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)

Instruction = tuple[int, int, int, int]


@dataclass(frozen=True)
class Filter:
    """A BPF program. `own_pid_at` are the instructions that compare with the pid, which only the child knows."""

    program: bytes
    own_pid_at: tuple[int, ...]


def build(machine: str | None = None) -> Filter:
    """The filter for `machine`, this one by default. Raises OSError for an architecture without a table."""
    name = machine or platform.machine()
    if name not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"seccomp: no table of system calls for {name}")
    column, architecture = ARCHITECTURES[name]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    for numbers in PLAIN.values():
        code += _when(numbers, column, [(_RETURN, 0, 0, _ALLOW)])
    own_pid_at = []
    for call, checks in _CHECKS.items():
        block = _when(CHECKED[call], column, checks)
        if call == "tgkill" and block:
            own_pid_at.append(len(code) + 1 + _PID_WITHIN_TGKILL)
        code += block
    for numbers in ABSENT.values():
        code += _when(numbers, column, [(_RETURN, 0, 0, _NOT_IMPLEMENTED)])
    # Calls newer than these tables (and x32's): "not implemented" lets libc fall back; "not permitted" would not.
    code += [(_JUMP_AT_LEAST, 0, 1, _FIRST_UNKNOWN_NUMBER), (_RETURN, 0, 0, _NOT_IMPLEMENTED), (_RETURN, 0, 0, _DENY)]
    return Filter(b"".join(struct.pack("HBBI", *one) for one in code), tuple(own_pid_at))


def install(filter_: Filter) -> None:
    """Put the filter on, for good. NO_NEW_PRIVS must be set. Raises OSError when the kernel refuses."""
    program = bytearray(filter_.program)
    for at in filter_.own_pid_at:
        struct.pack_into("I", program, at * 8 + 4, os.getpid())
    buffer = ctypes.create_string_buffer(bytes(program), len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    holder = ctypes.create_string_buffer(head, len(head))
    prctl("seccomp", 22, 2, ctypes.addressof(holder))


def _when(numbers: Numbers, column: int, block: list[Instruction]) -> list[Instruction]:
    number = numbers[column]
    return [] if number is None else [(_JUMP_EQUAL, 0, len(block), number), *block]


def _argument(index: int, high: bool = False) -> Instruction:
    return (_LOAD, 0, 0, 16 + 8 * index + (4 if high else 0))


def _one_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    left = [(_JUMP_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [_argument(index), *left, (_RETURN, 0, 0, _DENY), (_RETURN, 0, 0, _ALLOW)]


def _masked(index: int, mask: int, value: int, *, allow_if_equal: bool) -> list[Instruction]:
    then, otherwise = (_ALLOW, _DENY) if allow_if_equal else (_DENY, _ALLOW)
    compare = (_JUMP_EQUAL, 0, 1, value)
    return [_argument(index), (_AND, 0, 0, mask), compare, (_RETURN, 0, 0, then), (_RETURN, 0, 0, otherwise)]


# O_TRUNC on a file opened to read: Landlock before version 3 does not see it.
_TRUNCATE_TO_READ = (os.O_TRUNC | os.O_ACCMODE, os.O_TRUNC)
_PID_WITHIN_TGKILL = 1

_CHECKS: dict[str, list[Instruction]] = {
    # A thread, never a process.
    "clone": _masked(0, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD, allow_if_equal=True),
    # Reading one's own limits.
    "prlimit64": [
        _argument(0),
        (_JUMP_EQUAL, 0, 5, 0),
        _argument(2),
        (_JUMP_EQUAL, 0, 3, 0),
        _argument(2, high=True),
        (_JUMP_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ],
    # abort() and raise(): the REPL's own threads.
    "tgkill": [_argument(0), (_JUMP_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)],
    "ioctl": _one_of(1, _TERMINAL_AND_CLOSE_ON_EXEC),
    "fcntl": _one_of(1, _FCNTL),
    "prctl": _one_of(0, _PRCTL_NAMES),
    "open": _masked(1, *_TRUNCATE_TO_READ, allow_if_equal=False),
    "openat": _masked(2, *_TRUNCATE_TO_READ, allow_if_equal=False),
}
