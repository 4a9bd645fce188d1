"""Asks everything that `status` needs to know, at once: the servers, and the database for the processes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from models.queries.health import Health
from orchestration.errors import ReplwrightError, ServiceMissing
from replwright.local import reach
from replwright.local.endpoints import Endpoints
from replwright.local.verdict import Verdict, judge


def examine(endpoints: Endpoints) -> tuple[Verdict, list[str]]:
    """Raises nothing for a server that is away; takes 10 s at most, and milliseconds where all answer."""
    with ThreadPoolExecutor(2) as others:
        broker = others.submit(_missing, reach.check_broker, endpoints.broker_url)
        ray = others.submit(_missing, reach.check_ray, endpoints.ray_address)
        health, line = _health(endpoints.database_url)
    told = {"database": line, "broker": broker.result(), "ray": ray.result()}
    return judge({name: line for name, line in told.items() if line}, health)


def read_health(url: str) -> Health:
    """Raises ServiceMissing, BadInput."""
    from models.engine import make_engine, service_errors
    from models.queries import health

    engine = make_engine(url, "cli")
    try:
        with service_errors(engine), engine.connect() as connection:
            return health.read_health(connection)
    finally:
        engine.dispose()


def _health(url: str) -> tuple[Health | None, str]:
    try:
        reach.check_database(url)
        return read_health(url), ""
    except ReplwrightError as error:
        return None, str(error)


def _missing(check: Callable[[str], None], address: str) -> str:
    """A line, where the server does not answer; empty where it does, or where none is named."""
    try:
        if address:
            check(address)
    except ServiceMissing as error:
        return str(error)
    return ""
