"""The system-call filter for both machines, as an interpreter of its instructions decides it."""

import errno
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from replwright.repl.host.confine import seccomp
from replwright.repl.host.confine.checks import OWN_PID
from replwright.repl.host.confine.syscalls import ABSENT, ARCHITECTURES, CHECKED, FORKING, PLAIN

ALLOW, KILL = 0x7FFF0000, 0x80000000
DENY, MISSING = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
MACHINES = list(ARCHITECTURES)
PTHREAD = 0x3D0F00
HEADERS = Path(__file__).parent / "kernel_headers.json"
Build = Callable[[str], seccomp.Filter]


def _decide(
    machine: str, number: int, *arguments: int, architecture: int | None = None, build: Build = seccomp.build
) -> int:
    """What the filter answers, by the rules of classic BPF."""
    built = build(machine)
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
        elif kind == 0x05:
            at += k
        elif kind == 0x35:
            at += if_true if accumulator >= k else if_false
        else:
            assert kind == 0x06
            return int(k)


def _number(machine: str, name: str) -> int:
    number = {**PLAIN, **CHECKED, **ABSENT, **FORKING}[name][ARCHITECTURES[machine][0]]
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
    assert code[at - 1] == (0x20, 0, 0, 16)
    assert code[at] == (0x15, 0, 1, OWN_PID)
    assert _decide(machine, _number(machine, "tgkill"), OWN_PID) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_no_jump_leaves_the_program_and_none_goes_back(machine: str) -> None:
    for build in (seccomp.build, seccomp.build_for_template):
        code = list(struct.iter_unpack("HBBI", build(machine).program))
        assert len(code) < 4096
        for at, (kind, if_true, if_false, k) in enumerate(code):
            if kind in (0x05, 0x15, 0x35):
                assert at + 1 + max(if_true, if_false, k if kind == 0x05 else 0) < len(code)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_template_may_do_what_a_repl_may_and_fork_and_nothing_else(machine: str) -> None:
    forking = {_number(machine, name) for name in FORKING}
    checked = {_number(machine, name) for name in ("clone", "prlimit64", "prctl")}
    for number in set(range(451)) - checked:
        expected = ALLOW if number in forking else _decide(machine, number)
        assert _decide(machine, number, build=seccomp.build_for_template) == expected, number


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("clone", (PTHREAD,), ALLOW),
        ("clone", (17,), ALLOW),
        ("clone", (17 | 0x10000000,), DENY),
        ("clone", (17 | 0x20000,), DENY),
        ("prlimit64", (0, 7, 1), ALLOW),
        ("prlimit64", (1, 7, 0), DENY),
        ("prctl", (1, 9), ALLOW),
        ("prctl", (1, 0), DENY),
        ("prctl", (4, 0), ALLOW),
        ("prctl", (4, 1), DENY),
        ("prctl", (22, 2), ALLOW),
        ("prctl", (38, 1), ALLOW),
        ("prctl", (15,), ALLOW),
        ("prctl", (16,), ALLOW),
        ("prctl", (36, 1), DENY),
        ("prctl", (8, 1), DENY),
    ],
)
def test_a_template_can_tighten_itself_and_loosen_nothing(
    machine: str, name: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert _decide(machine, _number(machine, name), *arguments, build=seccomp.build_for_template) == answer


def test_a_machine_without_a_table_is_refused() -> None:
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        seccomp.build("riscv64")


def test_our_tables_are_those_of_the_kernels_headers() -> None:
    told = json.loads(HEADERS.read_text())
    for machine, (column, _) in ARCHITECTURES.items():
        for name, numbers in {**PLAIN, **CHECKED, **ABSENT, **FORKING}.items():
            assert numbers[column] == told[machine].get(name), (machine, name)


def test_the_committed_table_says_what_the_installed_headers_say() -> None:
    """x86-64's from its own header, aarch64's from the generic one that it uses. A call that only newer ones know is
    nothing that we name; where no header is installed the committed table stands for it.
    """
    told = json.loads(HEADERS.read_text())
    for machine, header in (
        ("x86_64", Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")),
        ("aarch64", Path("/usr/include/asm-generic/unistd.h")),
    ):
        found = numbers_in(header.read_text()) if header.exists() else told[machine]
        assert {name: found.get(name) for name in told[machine]} == told[machine]


def numbers_in(header: str) -> dict[str, int]:
    """What a header defines. The generic one names some calls for both word sizes, by the name of the wider."""
    found = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header)}
    if "newfstatat" not in found:
        found["newfstatat"] = found["fstatat"]
    return found
