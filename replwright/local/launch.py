"""Run as a script: become a child that dies with its parent, of the given user, and exec a command.

    python -I -S launch.py --parent PID --signal N [--uid N] -- COMMAND...

It imports nothing of ours, so that a start costs some 10 ms.
"""

import ctypes
import os
import sys
from contextlib import suppress

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PR_SET_PDEATHSIG, PR_CAPBSET_READ, PR_CAPBSET_DROP = 1, 23, 24
PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 28, 38, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *arguments: int) -> int:
    padded = [*arguments, 0, 0, 0, 0][:4]
    result: int = _libc.prctl(option, *(ctypes.c_ulong(argument) for argument in padded))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _set_capabilities(capabilities: set[int]) -> None:
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    low = sum(1 << capability for capability in capabilities)
    data = (ctypes.c_uint32 * 6)(low, low, low, 0, 0, 0)
    if _libc.capset(header, data) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become(uid: int, wanted: tuple[int, ...]) -> None:
    """Take `uid` for good, keeping at most the first of the `wanted` capabilities that we have.

    PostgreSQL refuses to run as root, and a user of its own may not enter a private home. Opening the home to
    everybody would do; a capability that ends with the process leaves no trace. SECBIT_NO_SETUID_FIXUP lets it
    count for access(2) too, which PostgreSQL uses to find its own binary.
    """
    kept = {next((c for c in wanted if _prctl(PR_CAPBSET_READ, c)), -1)} - {-1}
    try:
        _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    except PermissionError:
        kept = set()
    for capability in range(64):
        if capability not in kept:
            with suppress(OSError):
                _prctl(PR_CAPBSET_DROP, capability)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _set_capabilities(kept)
    for capability in kept:
        _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    options = dict(zip(arguments[:split:2], arguments[1:split:2], strict=True))
    command = arguments[split + 1 :]
    if "--uid" in options:
        # Reading and searching is enough, unless the program was installed for its owner alone (umask 077).
        for_all = os.stat(command[0]).st_mode & 0o001
        reading, anything = (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
        become(int(options["--uid"]), (reading, anything) if for_all else (anything, reading))
    # After the change of user, which clears it.
    _prctl(PR_SET_PDEATHSIG, int(options["--signal"]))
    if os.getppid() != int(options["--parent"]):
        sys.exit("the parent is gone")
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606 - no shell is what we want


if __name__ == "__main__":
    main(sys.argv[1:])
