"""System calls that Python has no name for, with their errors raised as OSError."""

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long
_LIBC.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_LIBC.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)
_LIBC.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)

# The numbers that x86-64 and aarch64 share.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(what: str, number: int, *arguments: object) -> int:
    """The result of a raw system call. Raises OSError that starts with `what`."""
    return _checked(int(_LIBC.syscall(ctypes.c_long(number), *arguments)), what)


def prctl(what: str, option: int, first: int = 0, second: int = 0) -> int:
    """The result of prctl. Raises OSError that starts with `what`."""
    return _checked(int(_LIBC.prctl(option, first, second, 0, 0)), what)


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _checked(int(_LIBC.unshare(ctypes.c_int(flags))), "unshare")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2). Raises OSError that names the target."""
    result = _LIBC.mount(source.encode(), target.encode(), kind.encode(), flags, data.encode())
    _checked(int(result), f"mount {target}")


def unmount(target: str, flags: int) -> None:
    """umount2(2). Raises OSError that names the target."""
    _checked(int(_LIBC.umount2(target.encode(), flags)), f"umount {target}")


def pivot_root(number: int, new: str, old: str) -> None:
    """pivot_root(2), whose `number` differs between architectures."""
    syscall("pivot_root", number, ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))
