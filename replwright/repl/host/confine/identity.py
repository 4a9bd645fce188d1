"""Who the REPL is: a user of its own where that can be, bound to its parent's life, without new privileges."""

import os
import signal

from replwright.repl.host.confine.libc import prctl

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS = 1, 4, 38


def become(uid: int) -> None:
    """Become the user and group `uid`, without groups; from root this drops every capability. Raises OSError."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid):
        raise OSError("the user id did not change")


def bind_to_parent(parent: int) -> None:
    """Die with the zygote. After the uid change, which clears it; and the parent may have died before."""
    prctl("PDEATHSIG", _SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def forbid_privileges() -> None:
    """No setuid program helps, and no process of the same user can look into this one."""
    prctl("DUMPABLE", _SET_DUMPABLE, 0)
    prctl("NO_NEW_PRIVS", _SET_NO_NEW_PRIVS, 1)
