"""Resource limits of a REPL: soft and hard alike, so that none can be raised again."""

import math
import resource

MAX_OPEN_FILES = 256
MAX_THREADS = 64
# What REPLs inherit from the zygote, which has no use for these either.
_NOTHING = (
    resource.RLIMIT_CORE,
    resource.RLIMIT_MEMLOCK,
    resource.RLIMIT_MSGQUEUE,
    resource.RLIMIT_NICE,
    resource.RLIMIT_RTPRIO,
)
# A template and its REPLs share a uid.
_TEMPLATE_THREADS, _TEMPLATE_FILES, _TEMPLATE_CPU_S = 8192, 4096, 24 * 3600


def restrict_zygote() -> dict[int, int]:
    """Put on what is the same for every REPL. The hard limits of the others, which no process may pass."""
    for limit in _NOTHING:
        resource.setrlimit(limit, (0, 0))
    others = (
        resource.RLIMIT_AS,
        resource.RLIMIT_CPU,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_NPROC,
    )
    return {limit: resource.getrlimit(limit)[1] for limit in others}


def restrict(hard: dict[int, int], *, memory: int, timeout_s: float, file_bytes: int, threads: bool) -> None:
    """Put a REPL's limits on. `memory` bounds the address space, the zygote's part of it included.

    NPROC counts every process of a user, so it is set only where the REPL has a uid of its own (`threads`).
    The CPU limit is a net under the host's deadline; it counts every thread, hence the margin.
    """
    _lower(hard, resource.RLIMIT_AS, memory)
    _lower(hard, resource.RLIMIT_CPU, math.ceil(timeout_s) * 8 + 10)
    _lower(hard, resource.RLIMIT_FSIZE, file_bytes)
    _lower(hard, resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    if threads:
        _lower(hard, resource.RLIMIT_NPROC, MAX_THREADS)


def restrict_template(hard: dict[int, int], *, memory: int, file_bytes: int, own_uid: bool) -> dict[int, int]:
    """Put a template's limits on, below which those of its REPLs will be. The hard limits from then on."""
    _lower(hard, resource.RLIMIT_AS, memory)
    _lower(hard, resource.RLIMIT_CPU, _TEMPLATE_CPU_S)
    _lower(hard, resource.RLIMIT_FSIZE, file_bytes)
    _lower(hard, resource.RLIMIT_NOFILE, _TEMPLATE_FILES)
    if own_uid:
        _lower(hard, resource.RLIMIT_NPROC, _TEMPLATE_THREADS)
    return {limit: resource.getrlimit(limit)[1] for limit in hard}


def _lower(hard: dict[int, int], limit: int, value: int) -> None:
    value = value if hard[limit] == resource.RLIM_INFINITY else min(value, hard[limit])
    resource.setrlimit(limit, (value, value))
