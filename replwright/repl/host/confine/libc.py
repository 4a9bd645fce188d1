"""System calls that Python has no name for, with their errors raised as OSError."""

import ctypes
import os
import platform

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long
_LIBC.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_LIBC.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)
_LIBC.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)

# The numbers that x86-64 and aarch64 share, and those that they do not.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF, MOUNT_SETATTR = 444, 445, 446, 442
_PIVOT_ROOT, _CAPGET, _CAPSET = {"x86_64": (155, 125, 126), "aarch64": (41, 90, 91)}.get(
    platform.machine(), (-1, -1, -1)
)
_CAPABILITY_HEAD, _NO_CAPABILITIES = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()


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


class _MountAttributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace"))


def change_mount(target: str, *, add: int = 0, remove: int = 0) -> None:
    """Change the flags of a mount and of all below it; the others stay, which a user namespace may not clear."""
    attributes = _MountAttributes(add, remove, 0, 0)
    here, recursive = ctypes.c_int(-100), ctypes.c_uint(0x8000)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    syscall(f"mount_setattr {target}", MOUNT_SETATTR, here, target.encode(), recursive, ctypes.byref(attributes), size)


def unmount(target: str, flags: int) -> None:
    """umount2(2). Raises OSError that names the target."""
    _checked(int(_LIBC.umount2(target.encode(), flags)), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """pivot_root(2)."""
    syscall("pivot_root", _PIVOT_ROOT, ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))


def drop_capabilities() -> None:
    """Give up every capability of this thread, and see that none is left. Raises OSError."""
    syscall("capset", _CAPSET, _CAPABILITY_HEAD, _NO_CAPABILITIES)
    left = (ctypes.c_uint32 * 6)()
    syscall("capget", _CAPGET, _CAPABILITY_HEAD, left)
    if any(left):
        raise OSError("capabilities are left")
