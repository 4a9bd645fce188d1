"""Which adapter stands behind which port, in a worker, in beat and in a host. Built at first use, once a process."""

import threading
from functools import cache
from typing import TYPE_CHECKING

from models.engine import make_engine
from models.ledger import PostgresLedger
from models.timing import Timing
from orchestration.ports import Blobs, Hints, Ledger, Model
from replwright import settings as replwright_settings
from replwright.blobs import BlobStore
from replwright.repl.pool.ports import HostPorts, RunningPool
from replwright.repl.profile_code import PROFILE_CODE
from replwright.settings import Settings
from workers.health import Limits

if TYPE_CHECKING:
    from replwright.repl.pool.reconciler import Reconciler


@cache
def settings() -> Settings:
    return replwright_settings.load()


@cache
def ledger() -> Ledger:
    # What a process is shows in its connections; a host runs inside a Ray worker, everything else inside Celery.
    engine = make_engine(settings().database_url.get_secret_value(), "worker")
    timing = Timing(repl_retention_s=settings().repl_retention_s)
    return PostgresLedger(engine, profile_code=PROFILE_CODE, timing=timing)


@cache
def health_limits() -> Limits:
    return Limits()


@cache
def hints() -> Hints:
    from workers.app import app
    from workers.hints import CeleryHints

    return CeleryHints(app)


@cache
def blobs() -> Blobs:
    return BlobStore(settings().store_location, settings().home / "cache", settings().cache_bytes)


@cache
def model() -> Model:
    from replwright.llm.route import RoutedModel

    return RoutedModel(settings())


def pool() -> RunningPool:
    """The driver of the Ray pool: only the worker that serves `dispatch` asks for it, and imports Ray."""
    # Hints arrive in many threads at once, and a process joins a cluster once.
    with _joining:
        return _joined()


@cache
def _joined() -> RunningPool:
    from replwright.repl.pool.ray_pool import RayREPLPool

    return RayREPLPool.connect(settings())


_joining = threading.Lock()


def start_pool() -> "Reconciler":
    """Keep a host on every node from now on, and end those of releases that no worker runs any more."""
    from replwright.repl.pool.reconciler import Reconciler

    reconciler = Reconciler(pool, settings().release, lambda: ledger().releases())
    reconciler.start()
    return reconciler


def host_ports() -> HostPorts:
    """What a host is wired to. Its settings come from the environment of its node, never through Ray."""
    return HostPorts(settings=settings(), ledger=ledger(), hints=hints(), blobs=blobs())
