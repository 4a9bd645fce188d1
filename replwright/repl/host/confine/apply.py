"""Every layer, in one order. Once `confine` returns, nothing can be loosened again."""

import os
import sys
from dataclasses import dataclass

from replwright.repl.host.confine import identity, landlock, limits, namespace, paths, seccomp


@dataclass(frozen=True)
class Boundary:
    """What the zygote found out once: which layers this machine has, and what they are made of."""

    readable: tuple[str, ...]
    jobs: str
    landlock_abi: int
    filter: seccomp.Filter
    own_uids: bool
    own_mounts: bool


@dataclass(frozen=True)
class Confined:
    """One REPL's share. `folder` is its place under the jobs folder; `uid` counts where each REPL has its own."""

    folder: str
    uid: int
    size_bytes: int
    memory_bytes: int
    timeout_s: float
    scratch_bytes: int
    scratch_files: int


@dataclass(frozen=True)
class Places:
    """Where a REPL finds its inputs and its scratch folder, as it sees them."""

    inputs: str
    scratch: str


def prepare(jobs: str, view: str) -> Boundary:
    """Find out what this machine can do and, as root, enter the bare view. Raises OSError that says what is missing."""
    if sys.byteorder != "little":
        raise OSError("only little-endian machines are supported")
    abi = landlock.abi()
    program = seccomp.build()
    as_root = os.geteuid() == 0
    readable = tuple(paths.readable())
    own_mounts = as_root and _enter_view(readable, jobs, view)
    if as_root and not own_mounts and (closed := paths.closed_to_others()):
        raise OSError(f"REPLs run as users of their own, and those cannot pass {closed}")
    return Boundary(readable, jobs, abi, program, as_root, own_mounts)


def confine(boundary: Boundary, share: Confined, parent: int) -> Places:
    """Put every layer on this process, a fresh child of the zygote `parent` with no descriptors but its own."""
    os.setsid()
    if boundary.own_mounts:
        namespace.enter_own(share.uid, share.folder, share.scratch_bytes, share.scratch_files)
        places = Places(namespace.IN, namespace.SCRATCH)
    else:
        own = os.path.join(boundary.jobs, share.folder)
        places = Places(os.path.join(own, "in"), os.path.join(own, "scratch"))
    os.chdir(places.scratch)
    limits.restrict(
        size_bytes=share.size_bytes,
        memory_bytes=share.memory_bytes,
        timeout_s=share.timeout_s,
        scratch_bytes=share.scratch_bytes,
        own_uid=boundary.own_uids,
    )
    if boundary.own_uids:
        identity.become(share.uid)
    identity.bind_to_parent(parent)
    identity.forbid_privileges()
    landlock.restrict(boundary.landlock_abi, _grants(boundary, places))
    seccomp.install(boundary.filter)
    return places


def _enter_view(readable: tuple[str, ...], jobs: str, view: str) -> bool:
    try:
        namespace.leave_the_machine()
    except PermissionError:
        return False
    namespace.enter_view(readable, jobs, view)
    return True


def _grants(boundary: Boundary, places: Places) -> list[tuple[str, int]]:
    grants = [(path, landlock.READ) for path in (*boundary.readable, *paths.devices(), places.inputs)]
    return [*grants, ("/dev/null", landlock.READ_WRITE_FILE), (places.scratch, landlock.READ_WRITE_TREE)]
