"""The system-call filter for both machines, as an interpreter of its instructions decides it."""

import errno
import re
import struct
from pathlib import Path

import pytest

from replwright.repl.host.confine import seccomp
from replwright.repl.host.confine.syscalls import ABSENT, ARCHITECTURES, CHECKED, PLAIN

ALLOW, KILL = 0x7FFF0000, 0x80000000
DENY, MISSING = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
MACHINES = list(ARCHITECTURES)
PTHREAD = 0x3D0F00


def _decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter answers, by the rules of classic BPF."""
    built = seccomp.build(machine)
    code = list(struct.iter_unpack("HBBI", built.program))
    values = [*arguments, *[0] * (6 - len(arguments))]
    audit = ARCHITECTURES[machine][1] if architecture is None else architecture
    data = struct.pack("<IIQ6Q", number, audit, 0, *values)
    accumulator = at = 0
    while True:
        kind, if_true, if_false, k = code[at]
        at += 1
        if kind == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif kind == 0x54:
            accumulator &= k
        elif kind == 0x15:
            at += if_true if accumulator == k else if_false
        elif kind == 0x35:
            at += if_true if accumulator >= k else if_false
        else:
            assert kind == 0x06
            return int(k)


def _number(machine: str, name: str) -> int:
    number = {**PLAIN, **CHECKED, **ABSENT}[name][ARCHITECTURES[machine][0]]
    assert number is not None
    return number


@pytest.mark.parametrize("machine", MACHINES)
def test_plain_calls_are_allowed_and_all_others_are_not(machine: str) -> None:
    column = ARCHITECTURES[machine][0]
    plain = {numbers[column] for numbers in PLAIN.values()}
    special = {numbers[column] for numbers in (*CHECKED.values(), *ABSENT.values())}
    for number in set(range(451)) - special:
        assert _decide(machine, number) == (ALLOW if number in plain else DENY), number


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("clone", (PTHREAD,), ALLOW),
        ("clone", (17,), DENY),
        ("clone", (PTHREAD | 0x10000000,), DENY),
        ("clone", (PTHREAD | 0x20000,), DENY),
        ("clone", (PTHREAD & ~0x10000,), DENY),
        ("clone3", (), MISSING),
        ("prlimit64", (0, 7, 0), ALLOW),
        ("prlimit64", (0, 7, 1), DENY),
        ("prlimit64", (0, 7, 1 << 32), DENY),
        ("prlimit64", (1, 7, 0), DENY),
        ("ioctl", (1, 0x5401), ALLOW),
        ("ioctl", (1, 0x5412), DENY),
        ("ioctl", (1, 0x8901), DENY),
        ("fcntl", (0, 3), ALLOW),
        ("fcntl", (0, 1030), ALLOW),
        ("fcntl", (0, 8), DENY),
        ("fcntl", (0, 10), DENY),
        ("fcntl", (0, 1031), DENY),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), DENY),
        ("prctl", (22,), DENY),
        ("openat", (0, 0, 0o1001), ALLOW),
        ("openat", (0, 0, 0o0), ALLOW),
        ("openat", (0, 0, 0o1000), DENY),
        ("tgkill", (1,), DENY),
    ],
)
def test_checked_calls_depend_on_their_arguments(
    machine: str, name: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert _decide(machine, _number(machine, name), *arguments) == answer


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_is_killed_and_newer_calls_are_missing(machine: str) -> None:
    assert _decide(machine, 0, architecture=0x40000003) == KILL
    assert _decide(machine, 451) == MISSING
    assert _decide(machine, 0x40000000) == MISSING


@pytest.mark.parametrize("machine", MACHINES)
def test_the_pid_goes_where_tgkill_compares_it(machine: str) -> None:
    built = seccomp.build(machine)
    (at,) = built.own_pid_at
    code = list(struct.iter_unpack("HBBI", built.program))
    assert code[at - 2] == (0x15, 0, 4, _number(machine, "tgkill"))
    assert code[at - 1] == (0x20, 0, 0, 16)
    assert code[at] == (0x15, 0, 1, 0)


def test_a_machine_without_a_table_is_refused() -> None:
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        seccomp.build("riscv64")


def test_the_numbers_are_those_of_the_kernels_headers() -> None:
    """x86-64's from its own header, aarch64's from the generic one it uses; where the headers are installed."""
    specific = list(Path("/usr/include").glob("x86_64-linux-gnu/asm/unistd_64.h"))
    generic = list(Path("/usr/include").glob("asm-generic/unistd.h"))
    for column, headers in ((0, specific), (1, generic)):
        for header in headers:
            found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text()))
            found.setdefault("newfstatat", found.get("fstatat", ""))
            for name, numbers in {**PLAIN, **CHECKED, **ABSENT}.items():
                expected = int(found[name]) if found.get(name) else None
                assert numbers[column] == expected, (header, name)
