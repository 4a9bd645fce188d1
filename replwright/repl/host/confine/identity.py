"""Who the REPL is: a user of its own where that can be, bound to its parent's life, without any privilege."""

import contextlib
import os
import signal

from replwright.repl.host.confine.libc import drop_capabilities, prctl

_SET_PDEATHSIG, _SET_DUMPABLE, _DROP_FROM_BOUNDING, _SET_NO_NEW_PRIVS, _AMBIENT = 1, 4, 24, 38, 47
_CLEAR_AMBIENT, _NEWEST_CAPABILITY = 4, 63
_SET_CHILD_SUBREAPER = 36


def forbid_programs_capabilities() -> None:
    """In the zygote: no program that it or a child could run would have a capability, whatever its file says."""
    # Refused without privilege, where there is nothing to forgo, and for numbers that this kernel does not know.
    with contextlib.suppress(OSError):
        prctl("ambient capabilities", _AMBIENT, _CLEAR_AMBIENT)
        for capability in range(_NEWEST_CAPABILITY + 1):
            prctl("bounding set", _DROP_FROM_BOUNDING, capability)


def adopt_orphans() -> None:
    """In the zygote: what a template leaves behind becomes our child, which we can end."""
    prctl("subreaper", _SET_CHILD_SUBREAPER, 1)


def become(uid: int) -> None:
    """Become the user and group `uid`, without groups. Raises OSError."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid):
        raise OSError("the user id did not change")


def forgo_capabilities() -> None:
    """Be as powerless as any user, in a user namespace of one's own too. Raises OSError if a capability is left."""
    drop_capabilities()


def bind_to_parent(parent: int) -> None:
    """Die with the zygote. After the uid change, which clears it; and the parent may have died before."""
    prctl("PDEATHSIG", _SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def forbid_privileges() -> None:
    """No setuid program helps, and no process of the same user can look into this one."""
    prctl("DUMPABLE", _SET_DUMPABLE, 0)
    prctl("NO_NEW_PRIVS", _SET_NO_NEW_PRIVS, 1)
