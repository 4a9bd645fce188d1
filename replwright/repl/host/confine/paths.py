"""What every REPL may read: the interpreter, its libraries, packages, fonts and time zones. Nothing of ours."""

import os
import sys
import sysconfig

_SYSTEM = (
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/etc/ld.so.cache",
)
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


def closed_to_others() -> str | None:
    """The first folder that another user cannot pass on the way to what must be readable, if there is one."""
    for path in readable():
        folder = os.path.realpath(path)
        while folder != "/":
            if os.path.isdir(folder) and not os.stat(folder).st_mode & 0o001:
                return folder
            folder = os.path.dirname(folder)
    return None
