"""Where untrusted code runs, and how a Python program runs its own there.

from replwright.repl import REPLEnv            a REPL that keeps its variables, in this process's hands
from replwright.repl import AsyncREPLEnv       the same for asyncio
from replwright.repl import RayREPLPool        REPLs on every node of a Ray cluster, and sessions that outlive it
from replwright.repl import REPLToolHandler    a model's SpawnREPL in, a REPLResult out
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestration.limits import TaskLimits
    from orchestration.repl_job import ReplOutcome
    from orchestration.states import EngineName, ErrorKind
    from replwright.repl.env import AsyncREPLEnv, REPLEnv, SecureREPLEnv
    from replwright.repl.pool.handler import REPLToolHandler
    from replwright.repl.pool.hosts import HostOptions
    from replwright.repl.pool.ray_pool import RayREPLPool

__all__ = [
    "AsyncREPLEnv",
    "EngineName",
    "ErrorKind",
    "HostOptions",
    "REPLEnv",
    "REPLToolHandler",
    "RayREPLPool",
    "ReplOutcome",
    "SecureREPLEnv",
    "TaskLimits",
]

_WHERE = {
    # a REPL of one's own
    "REPLEnv": "replwright.repl.env",
    "AsyncREPLEnv": "replwright.repl.env",
    "SecureREPLEnv": "replwright.repl.env",
    # the pool
    "RayREPLPool": "replwright.repl.pool.ray_pool",
    "HostOptions": "replwright.repl.pool.hosts",
    "REPLToolHandler": "replwright.repl.pool.handler",
    # what goes in and what comes out
    "EngineName": "orchestration.states",
    "ErrorKind": "orchestration.states",
    "ReplOutcome": "orchestration.repl_job",
    "TaskLimits": "orchestration.limits",
}


def __getattr__(name: str) -> Any:
    # Only what is asked for is imported: most of this program must never import Ray.
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
