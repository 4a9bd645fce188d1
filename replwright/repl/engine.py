"""The engine as hosts, `doctor` and library callers build it: both interpreters behind one door, by the settings."""

from pathlib import Path

from replwright.repl.host.engines import Engines, both
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.memory import Memory
from replwright.settings import Settings


def memory_of(settings: Settings) -> Memory:
    """The rule about this machine's memory that admission and engine share."""
    return Memory(admit=settings.memory_admit, kill=settings.memory_kill)


def engine_of(settings: Settings, scratch: Path, memory: Memory, *, ready: bool = True) -> Engines:
    """Not started yet. `scratch` is a folder for this engine alone; `ready` keeps REPLs waiting for jobs."""
    wanted = {
        Flavour.BARE: settings.ready_bare,
        Flavour.DATA: settings.ready_data,
        Flavour.PLOT: settings.ready_plot,
    }
    return both(
        scratch,
        settings.guest_python,
        settings.max_live,
        settings.engine,
        rust_ready=settings.ready_rust if ready else 0,
        ttl_s=settings.repl_ttl_s,
        ready=wanted if ready else {},
        memory=memory,
    )
