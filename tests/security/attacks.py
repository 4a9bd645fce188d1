"""All the attacks on `cpython`, by family."""

from tests.security.attack import PRELUDE, Attack
from tests.security.attacks_data import DATA
from tests.security.attacks_files import FILES
from tests.security.attacks_kernel import KERNEL
from tests.security.attacks_neighbours import NEIGHBOURS
from tests.security.attacks_network import NETWORK
from tests.security.attacks_next_tenant import NEXT_TENANT
from tests.security.attacks_objects import OBJECTS
from tests.security.attacks_processes import PROCESSES

__all__ = ["ATTACKS", "PRELUDE", "Attack"]

ATTACKS: list[Attack] = [
    *OBJECTS,
    *FILES,
    *DATA,
    *NETWORK,
    *PROCESSES,
    *NEIGHBOURS,
    *KERNEL,
    *NEXT_TENANT,
]
