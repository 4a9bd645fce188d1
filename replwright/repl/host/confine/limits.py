"""Resource limits of a REPL: soft and hard alike, so that none can be raised again."""

import math
import resource

MAX_OPEN_FILES = 256
MAX_THREADS_AND_PROCESSES = 64


def restrict(*, size_bytes: int, memory_bytes: int, timeout_s: float, scratch_bytes: int, own_uid: bool) -> None:
    """Put the limits on. `size_bytes` is the zygote's address space, on top of which `memory_bytes` are given.

    NPROC counts every process of a user, so it is set only where the REPL has a uid of its own.
    The CPU limit is a net under the host's deadline; it counts every thread, hence the margin.
    """
    cpu_s = math.ceil(timeout_s) * 8 + 10
    wanted = {
        resource.RLIMIT_AS: size_bytes + memory_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: scratch_bytes,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    if own_uid:
        wanted[resource.RLIMIT_NPROC] = MAX_THREADS_AND_PROCESSES
    for limit, value in wanted.items():
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
