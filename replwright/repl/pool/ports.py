"""What a host is wired to, and what `dispatch` and the reconciler want of the pool. No Ray here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from orchestration.ports import Blobs, Hints, Ledger, Pool
from replwright.settings import Settings

# A host finds its adapters by this name, so that nothing below `workers` imports it.
HOST_WIRING = "workers.wiring:host_ports"


@dataclass(frozen=True, slots=True)
class HostPorts:
    """The adapters of a host."""

    settings: Settings
    ledger: Ledger
    hints: Hints
    blobs: Blobs


Wiring = Callable[[], HostPorts]


class RunningPool(Pool, Protocol):
    """A connected pool."""

    def ensure_hosts(self) -> int:
        """Start a host on every node that has none; how many hosts there are."""
        ...

    def releases(self) -> frozenset[str]:
        """The releases whose hosts are in the cluster."""
        ...

    def drain(self, release: str) -> int:
        """Have the hosts of that release finish and end; how many are left. May be asked any number of times."""
        ...
