"""seccomp: allow-lists of system calls, compiled once in the zygote and put on in every REPL."""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from replwright.repl.host.confine import checks
from replwright.repl.host.confine.checks import ALLOW, DENY, KILL, NOT_IMPLEMENTED, OWN_PID, Instruction
from replwright.repl.host.confine.libc import prctl
from replwright.repl.host.confine.syscalls import ABSENT, ARCHITECTURES, CHECKED, FORKING, PLAIN, Numbers

_JUMP, _JUMP_AT_LEAST = 0x05, 0x35
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
# Calls newer than these tables (and x32's): "not implemented" lets libc fall back; "not permitted" would not.
_FIRST_UNKNOWN_NUMBER = 451
_FARTHEST = 255

Block = tuple[Instruction, ...]


@dataclass(frozen=True)
class Filter:
    """A BPF program. `own_pid_at` are the instructions that compare with the pid, which only the child knows."""

    program: bytes
    own_pid_at: tuple[int, ...]


def build(machine: str | None = None) -> Filter:
    """What a REPL may call on `machine`, this one by default. Raises OSError for an architecture without a table."""
    return _build(machine, PLAIN, checks.OF_A_REPL)


def build_for_template(machine: str | None = None) -> Filter:
    """What a template may call besides, to fork REPLs and to let them confine themselves further."""
    return _build(machine, {**PLAIN, **FORKING}, checks.OF_A_TEMPLATE)


def install(filter_: Filter) -> None:
    """Put the filter on, for good, beside any that is on. NO_NEW_PRIVS must be set. Raises OSError."""
    program = bytearray(filter_.program)
    for at in filter_.own_pid_at:
        struct.pack_into("I", program, at * 8 + 4, os.getpid())
    buffer = ctypes.create_string_buffer(bytes(program), len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    holder = ctypes.create_string_buffer(head, len(head))
    prctl("seccomp", 22, 2, ctypes.addressof(holder))


def _build(machine: str | None, plain: Mapping[str, Numbers], checked: Mapping[str, Block]) -> Filter:
    name = machine or platform.machine()
    if name not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"seccomp: no table of system calls for {name}")
    column, architecture = ARCHITECTURES[name]
    blocks: dict[int, Block] = {}
    for numbers, block in (
        *((numbers, (ALLOW,)) for numbers in plain.values()),
        *((CHECKED[call], block) for call, block in checked.items()),
        *((numbers, (NOT_IMPLEMENTED,)) for numbers in ABSENT.values()),
    ):
        number = numbers[column]
        if number is not None:
            blocks[number] = block
    code: list[Instruction] = [
        (checks.LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (checks.JUMP_EQUAL, 1, 0, architecture),
        KILL,
        (checks.LOAD, 0, 0, _NUMBER_OFFSET),
        *_search(_ranges(blocks)),
    ]
    own_pid_at = tuple(at for at, one in enumerate(code) if one[0] == checks.JUMP_EQUAL and one[3] == OWN_PID)
    return Filter(b"".join(struct.pack("HBBI", *one) for one in code), own_pid_at)


def _ranges(blocks: Mapping[int, Block]) -> list[tuple[int, Block]]:
    """Where each run of calls with the same block begins, from 0 on."""
    found: list[tuple[int, Block]] = []
    for number in range(_FIRST_UNKNOWN_NUMBER):
        block = blocks.get(number, (DENY,))
        if not found or found[-1][1] != block:
            found.append((number, block))
    return [*found, (_FIRST_UNKNOWN_NUMBER, (NOT_IMPLEMENTED,))]


def _search(ranges: list[tuple[int, Block]]) -> list[Instruction]:
    """A binary search: the kernel tries each number once at the start, which a long list makes slow."""
    if len(ranges) == 1:
        return list(ranges[0][1])
    middle = len(ranges) // 2
    below, above = _search(ranges[:middle]), _search(ranges[middle:])
    if len(below) <= _FARTHEST:
        return [(_JUMP_AT_LEAST, len(below), 0, ranges[middle][0]), *below, *above]
    return [(_JUMP_AT_LEAST, 0, 1, ranges[middle][0]), (_JUMP, 0, 0, len(below)), *below, *above]
