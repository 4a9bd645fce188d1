"""The table of the stack: which services one home needs, given what is configured elsewhere."""

import sys
from collections.abc import Sequence

from replwright.local import migrated, postgres, ray_head, valkey, workers
from replwright.local.endpoints import Endpoints
from replwright.local.paths import Layout
from replwright.local.ports import LOOPBACK, choose
from replwright.local.service import Service, our_environment
from replwright.settings import Settings


def build(settings: Settings, layout: Layout, *, flower: bool = False) -> tuple[Endpoints, tuple[Service, ...]]:
    """Decide every address first, so that all services start at once; then the services, in order.

    A service whose address is configured is somebody else's, and not started.
    Raises ServiceMissing when a wished port is in use.
    """
    given = Endpoints.of(settings)
    port = _Ports(settings)
    password = valkey.new_password()
    endpoints = Endpoints(
        home=given.home,
        database_url=given.database_url or postgres.url(layout),
        broker_url=given.broker_url or valkey.url(port.valkey, password),
        ray_address=given.ray_address or f"{ray_head.ADDRESS}:{port.ray}",
        ray_token=given.ray_token if given.ray_address else ray_head.new_token(),
        store=given.store,
    )
    # Ray first: it takes longest.
    found: list[Service] = [] if given.ray_address else [ray_head.service(layout, endpoints, port.ray)]
    if not given.database_url:
        found += postgres.services(layout)
    if not given.broker_url:
        found.append(valkey.service(layout, port.valkey, password))
    if given.database_url:
        found.append(_schema(endpoints, ()))
    elif not migrated.is_current(layout.schema_mark):
        found.append(_schema(endpoints, ("postgres",), str(layout.schema_mark)))
    present = frozenset(service.name for service in found)
    found += workers.services(layout, settings, endpoints, present)
    if flower:
        choose(settings.flower_port, "REPLWRIGHT_FLOWER_PORT", LOOPBACK)
        found.append(workers.flower(settings, endpoints, present))
    return endpoints, tuple(found)


def only(services: Sequence[Service], names: Sequence[str]) -> tuple[Service, ...]:
    """Those services and all that they need."""
    by_name = {service.name: service for service in services}
    wanted = set(names)
    while more := {need for name in wanted for need in by_name[name].needs} - wanted:
        wanted |= more
    return tuple(service for service in services if service.name in wanted)


def _schema(endpoints: Endpoints, needs: tuple[str, ...], *mark: str) -> Service:
    return Service(
        name="schema",
        title="the database schema",
        command=[sys.executable, "-m", "replwright.local.schema", *mark],
        environment=our_environment(endpoints.environ()),
        needs=needs,
        once=True,
    )


class _Ports:
    """The ports of one start; those of services that are not started are never looked at."""

    def __init__(self, settings: Settings) -> None:
        external = settings.broker_url.get_secret_value()
        self.valkey = 0 if external else choose(settings.valkey_port, "REPLWRIGHT_VALKEY_PORT", LOOPBACK)
        self.ray = 0 if settings.ray_address else choose(settings.ray_port, "REPLWRIGHT_RAY_PORT")
