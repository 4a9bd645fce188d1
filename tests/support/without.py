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
SET_SECCOMP, SET_NO_NEW_PRIVS = 22, 38

# The call, its first argument if that matters, and what the kernel answers.
MISSING: dict[str, tuple[int, int | None, int]] = {
    "no-landlock": (CREATE_RULESET, None, errno.ENOSYS),
    "no-seccomp": (PRCTL, SET_SECCOMP, errno.EINVAL),
    "no-namespaces": (UNSHARE, None, errno.EPERM),
    "lying-landlock": (RESTRICT_SELF, None, 0),
    "lying-seccomp": (PRCTL, SET_SECCOMP, 0),
}


def main() -> None:
    number, first, answer = MISSING[sys.argv[1]]
    matches_first = [(0x20, 0, 0, 16), (0x15, 0, 1, first)] if first is not None else []
    code = [
        (0x20, 0, 0, 0),
        (0x15, 0, len(matches_first) + 1, number),
        *matches_first,
        (0x06, 0, 0, 0x00050000 | answer),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, 2, ctypes.addressof(head), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter")
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
