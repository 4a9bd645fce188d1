"""The system calls that a Monty worker may make: memory, threads, its two pipes, and one exec, its own."""

import errno
import os
import platform
import struct

from replwright.repl.host.confine.syscalls import ARCHITECTURES, PLAIN

# The only descriptor that may be executed. It closes at the exec, and no later one can reach this number: the limit
# on open files lies below it. So exec works once.
PROGRAM_FD, MAX_OPEN_FILES = 200, 64

_NAMES = """
    read write readv writev pread64 lseek close fstat newfstatat statx access faccessat getdents64 poll ppoll
    mmap mprotect munmap mremap madvise brk membarrier futex rseq set_robust_list set_tid_address sched_yield
    sched_getaffinity rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall nanosleep clock_nanosleep
    clock_gettime clock_getres gettimeofday time getrandom getpid gettid exit exit_group
"""
_ARCH_PRCTL = (158, None)
_EXECVEAT, _CLONE, _CLONE3 = (322, 281), (56, 220), (435, 435)
_OPENAT, _PRLIMIT64, _PRCTL = (257, 56), (302, 261), (157, 167)

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_DENY, _NOT_IMPLEMENTED = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
_CLONE_THREAD, _CLONE_NAMESPACES = 0x00010000, 0x7E020000 | 0x80
_AT_EMPTY_PATH, _SET_NAME = 0x1000, 15
_FIRST_UNKNOWN_NUMBER = 451

Instruction = tuple[int, int, int, int]


def build(machine: str | None = None) -> bytes:
    """The BPF program for `machine`, this one by default. Raises OSError for an architecture without a table."""
    name = machine or platform.machine()
    if name not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"seccomp: no table of system calls for {name}")
    column, architecture = ARCHITECTURES[name]
    code: list[Instruction] = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    for numbers in (*(PLAIN[call] for call in _NAMES.split()), _ARCH_PRCTL):
        code += _when(numbers[column], [(_RETURN, 0, 0, _ALLOW)])
    for numbers, checks in (
        (_EXECVEAT, [*_unless(0, PROGRAM_FD), *_unless(4, _AT_EMPTY_PATH), (_RETURN, 0, 0, _ALLOW)]),
        (_CLONE, _masked(0, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD)),
        (_OPENAT, _masked(2, os.O_ACCMODE | os.O_TRUNC | os.O_CREAT, os.O_RDONLY)),
        # Reading one's own limits: another process of the same user is none of its business.
        (_PRLIMIT64, [*_unless(0, 0), *_unless(2, 0), *_unless(2, 0, high=True), (_RETURN, 0, 0, _ALLOW)]),
        (_PRCTL, [*_unless(0, _SET_NAME), (_RETURN, 0, 0, _ALLOW)]),
        # So that glibc falls back to clone, whose flags a filter can read.
        (_CLONE3, [(_RETURN, 0, 0, _NOT_IMPLEMENTED)]),
    ):
        code += _when(numbers[column], checks)
    code += [(_JUMP_AT_LEAST, 0, 1, _FIRST_UNKNOWN_NUMBER), (_RETURN, 0, 0, _NOT_IMPLEMENTED), (_RETURN, 0, 0, _DENY)]
    return b"".join(struct.pack("HBBI", *one) for one in code)


def _when(number: int | None, block: list[Instruction]) -> list[Instruction]:
    return [] if number is None else [(_JUMP_EQUAL, 0, len(block), number), *block]


def _unless(index: int, value: int, high: bool = False) -> list[Instruction]:
    """Deny unless half of an argument has this value."""
    load = (_LOAD, 0, 0, 16 + 8 * index + (4 if high else 0))
    return [load, (_JUMP_EQUAL, 1, 0, value), (_RETURN, 0, 0, _DENY)]


def _masked(index: int, mask: int, value: int) -> list[Instruction]:
    load = (_LOAD, 0, 0, 16 + 8 * index)
    compare = (_JUMP_EQUAL, 0, 1, value)
    return [load, (_AND, 0, 0, mask), compare, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)]
