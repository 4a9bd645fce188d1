"""Run a program on a kernel that lacks something: `python without.py MISSING PROGRAM ...`.

A seccomp filter plays that kernel. `no-*` refuses a call as an old or closed kernel does; `lying-*` says that it did
what was asked and does nothing.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

X86 = platform.machine() == "x86_64"
PRCTL, UNSHARE, RESTRICT_SELF, CREATE_RULESET = (157, 272, 446, 444) if X86 else (167, 97, 446, 444)
CLONE, CLONE3 = (56, 435) if X86 else (220, 435)
NEW_NAMESPACES = 0x7E020000
SET_SECCOMP, SET_NO_NEW_PRIVS = 22, 38

# Calls: the number, the first argument if that matters, and what the kernel answers. A negative argument is a set of
# bits of which any will do.
MISSING: dict[str, list[tuple[int, int | None, int]]] = {
    "no-landlock": [(CREATE_RULESET, None, errno.ENOSYS)],
    "no-seccomp": [(PRCTL, SET_SECCOMP, errno.EINVAL)],
    "no-namespaces": [
        (UNSHARE, None, errno.EPERM),
        (CLONE, -NEW_NAMESPACES, errno.EPERM),
        (CLONE3, None, errno.ENOSYS),
    ],
    "lying-landlock": [(RESTRICT_SELF, None, 0)],
    "lying-seccomp": [(PRCTL, SET_SECCOMP, 0)],
}


def rule(number: int, first: int | None, answer: int) -> list[tuple[int, int, int, int]]:
    """Answer that call so; any other goes on to the next instruction."""
    matches = []
    if first is not None:
        compare = (0x15, 0, 1, first) if first >= 0 else (0x45, 0, 1, -first)
        matches = [(0x20, 0, 0, 16), compare]
    return [(0x20, 0, 0, 0), (0x15, 0, len(matches) + 1, number), *matches, (0x06, 0, 0, 0x00050000 | answer)]


def main() -> None:
    code = [one for missing in MISSING[sys.argv[1]] for one in rule(*missing)] + [(0x06, 0, 0, 0x7FFF0000)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, 2, ctypes.addressof(head), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter")
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
