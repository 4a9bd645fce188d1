"""Landlock: which files may be read and which folder written; where the kernel can, no TCP and no signals out."""

import ctypes
import os
import stat
from collections.abc import Iterable

from replwright.repl.host.confine.libc import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    syscall,
)

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ALL_OF_ABI_1 = (1 << 13) - 1
_BOTH_TCP_RIGHTS, _BOTH_SCOPES = 0b11, 0b11

READ = _READ_FILE | _READ_DIR
READ_WRITE_FILE = _READ_FILE | _WRITE_FILE | _TRUNCATE
READ_WRITE_TREE = READ_WRITE_FILE | READ | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER
_RIGHTS_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """The version of Landlock that this kernel speaks. Raises OSError where it has none."""
    return syscall("Landlock", LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))


def ruleset(abi: int, grants: Iterable[tuple[str, int]]) -> int:
    """A descriptor of rules that deny every file but those `grants` name. A path that is not there grants nothing.

    Any number of processes may put the same rules on. Raises OSError when the kernel refuses.
    """
    handled = (
        _ALL_OF_ABI_1 | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0) | (_IOCTL_DEV if abi >= 5 else 0)
    )
    attributes = _Ruleset(handled, _BOTH_TCP_RIGHTS if abi >= 4 else 0, _BOTH_SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    made = syscall(
        "landlock_create_ruleset", LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0
    )
    for path, access in grants:
        _grant(made, path, access & handled)
    return made


def enter(rules: int) -> None:
    """Put `rules` on, for good, and close them. NO_NEW_PRIVS must be set. Raises OSError when the kernel refuses."""
    syscall("landlock_restrict_self", LANDLOCK_RESTRICT_SELF, rules, ctypes.c_uint32(0))
    os.close(rules)


def restrict(abi: int, grants: Iterable[tuple[str, int]]) -> None:
    """Make rules of `grants` and put them on."""
    enter(ruleset(abi, grants))


def _grant(ruleset: int, path: str, access: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            access &= _RIGHTS_OF_A_FILE
        rule = _PathBeneath(access, beneath)
        syscall(f"landlock_add_rule {path}", LANDLOCK_ADD_RULE, ruleset, 1, ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(beneath)
