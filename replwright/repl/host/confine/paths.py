"""What every REPL may read: the interpreter, its libraries, the guest's packages, time zones. Nothing of ours."""

import os
import sys
import sysconfig

_SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache")
_DEVICES = ("/dev/zero", "/dev/urandom", "/dev/random")


def readable() -> list[str]:
    """The files and folders to grant, as they are called here; those that are not there are left out."""
    env = sys.prefix if sys.prefix != sys.base_prefix else sys.base_prefix
    named = [
        os.path.join(env, "lib"),
        os.path.join(env, "lib64"),
        os.path.join(sys.base_prefix, "lib"),
        sysconfig.get_paths()["stdlib"],
        sysconfig.get_paths()["platstdlib"],
        *_SYSTEM,
    ]
    return sorted({path for path in named if os.path.exists(path)})


def devices() -> list[str]:
    """Devices that may be read; /dev/null apart, which may be written too."""
    return list(_DEVICES)


def unreadable_for_others() -> str | None:
    """The first folder on the way to the interpreter that another user cannot pass, if there is one."""
    for path in readable():
        while path != "/":
            if not os.stat(path).st_mode & 0o001:
                return path
            path = os.path.dirname(path)
    return None
