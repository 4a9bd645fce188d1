"""Every layer, in one order. Once `confine` returns, nothing can be loosened again."""

import os
import sys
from dataclasses import dataclass, field

from replwright.repl.host.confine import identity, landlock, limits, namespace, paths, seccomp


@dataclass(frozen=True)
class Boundary:
    """What a zygote found out once: which layers this machine has, and what they are made of.

    `rules` are Landlock's where all REPLs see the same paths; else each makes its own. `walls` names the layers.
    """

    readable: tuple[str, ...]
    jobs: str
    landlock_abi: int
    filter: seccomp.Filter
    hard: dict[int, int]
    own_uids: bool
    own_mounts: bool
    rules: int | None = None
    walls: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Confined:
    """One REPL's share. `folder` is its place under the jobs folder; `uid` counts where each REPL has its own.

    `file_bytes` bounds a single file, by default to the whole scratch folder's size.
    """

    folder: str
    uid: int
    size_bytes: int
    memory_bytes: int
    timeout_s: float
    scratch_bytes: int
    scratch_files: int
    file_bytes: int | None = None


@dataclass(frozen=True)
class Places:
    """Where a REPL finds its inputs and its scratch folder, as it sees them."""

    inputs: str
    scratch: str


def prepare(jobs: str, view: str) -> Boundary:
    """Find out what this machine can do and enter the bare view where it can. Raises OSError that says what is missing.

    A descriptor that it leaves open (`rules`) is closed on exec.
    """
    if sys.byteorder != "little":
        raise OSError("only little-endian machines are supported")
    abi = landlock.abi()
    program = seccomp.build()
    as_root = os.geteuid() == 0
    readable = tuple(paths.readable())
    walls: list[str] = []
    own_mounts = namespace.can_leave(view)
    if own_mounts:
        walls = namespace.leave_the_machine()
        walls.insert(1 if "user namespace" in walls else 0, "mounts")
        namespace.enter_view(readable, jobs, view)
    elif as_root and (closed := paths.closed_to_others()):
        raise OSError(f"REPLs run as users of their own, and those cannot pass {closed}")
    identity.forbid_programs_capabilities()
    hard = limits.restrict_zygote()
    walls += [*(["own user"] if as_root else []), "no capabilities", f"Landlock {abi}", "seccomp", "limits"]
    rules = landlock.ruleset(abi, _grants(readable, *_PARENTS)) if own_mounts else None
    return Boundary(readable, jobs, abi, program, hard, as_root, own_mounts, rules, tuple(walls))


def confine(boundary: Boundary, share: Confined, parent: int) -> Places:
    """Put every layer on this process, a fresh child of `parent` with no descriptors but its own and the rules."""
    os.setsid()
    if boundary.own_mounts:
        uid = share.uid if boundary.own_uids else os.getuid()
        namespace.enter_own(uid, share.folder, share.scratch_bytes, share.scratch_files)
        places = Places(namespace.IN, namespace.SCRATCH)
    else:
        own = f"{boundary.jobs}/{share.folder}"
        places = Places(f"{own}/in", f"{own}/scratch")
    os.chdir(places.scratch)
    limits.restrict(
        boundary.hard,
        memory=share.size_bytes + share.memory_bytes,
        timeout_s=share.timeout_s,
        file_bytes=share.scratch_bytes if share.file_bytes is None else share.file_bytes,
        threads=boundary.own_uids,
    )
    if boundary.own_uids:
        identity.become(share.uid)
    identity.bind_to_parent(parent)
    identity.forgo_capabilities()
    identity.forbid_privileges()
    if boundary.rules is not None:
        landlock.enter(boundary.rules)
    else:
        landlock.restrict(boundary.landlock_abi, _grants(boundary.readable, places.inputs, places.scratch))
    seccomp.install(boundary.filter)
    return places


def confine_template(boundary: Boundary, share: Confined, parent: int) -> Boundary:
    """Put a template's layers on this process. What its REPLs, which stand behind them too, are confined with.

    `share.memory_bytes` is what it and each of its REPLs may hold beyond `share.size_bytes`.
    """
    os.setsid()
    jobs = f"{boundary.jobs}/{share.folder}"
    if boundary.own_mounts:
        namespace.enter_template(share.folder)
        jobs = namespace.JOBS
    os.chdir(jobs)
    memory = share.size_bytes + share.memory_bytes
    own_uid = boundary.own_uids
    hard = limits.restrict_template(boundary.hard, memory=memory, file_bytes=share.scratch_bytes, own_uid=own_uid)
    if own_uid:
        identity.become(share.uid)
    identity.bind_to_parent(parent)
    identity.forgo_capabilities()
    identity.forbid_privileges()
    template_filter = seccomp.build_for_template()
    landlock.restrict(boundary.landlock_abi, _grants(boundary.readable, jobs, jobs))
    seccomp.install(template_filter)
    return Boundary(
        boundary.readable, jobs, boundary.landlock_abi, boundary.filter, hard, False, False, None, boundary.walls
    )


_PARENTS = (namespace.IN_PARENT, namespace.SCRATCH_PARENT)


def _grants(readable: tuple[str, ...], inputs: str, scratch: str) -> list[tuple[str, int]]:
    """The libraries, the inputs and the scratch folder, or the parents of their mount points."""
    grants = [(path, landlock.READ) for path in (*readable, *paths.devices(), inputs)]
    return [*grants, ("/dev/null", landlock.READ_WRITE_FILE), (scratch, landlock.READ_WRITE_TREE)]
