"""Whether servers that are configured elsewhere answer: asked before anything starts, 5 s at most for each."""

from urllib.parse import parse_qs, urlsplit

from orchestration.errors import ServiceMissing
from replwright.local.endpoints import Endpoints
from replwright.local.ports import listening

TIMEOUT_S = 5.0
_DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "valkey": 6379, "amqp": 5672, "amqps": 5671, "pyamqp": 5672}


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", [""])[0]
        return f"{parts.scheme}://{place}{parts.path}" if parts.scheme else url
    except ValueError:
        return "(not a URL)"


def check(endpoints: Endpoints) -> None:
    """Raises ServiceMissing for the first configured server that cannot be reached. Empty addresses are left out."""
    if endpoints.database_url:
        check_database(endpoints.database_url)
    if endpoints.broker_url:
        check_broker(endpoints.broker_url)
    if endpoints.ray_address:
        check_ray(endpoints.ray_address)


def check_database(url: str) -> None:
    import psycopg

    conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        psycopg.connect(conninfo, connect_timeout=int(TIMEOUT_S)).close()
    except (psycopg.Error, ValueError) as error:
        said = str(error).strip().splitlines()[0] if isinstance(error, psycopg.OperationalError) else "not a valid URL"
        raise ServiceMissing(
            f"the database {without_password(url)} cannot be reached: {_short(said, url)}",
            "check REPLWRIGHT_DATABASE_URL and that PostgreSQL runs there",
        ) from None


def check_broker(url: str) -> None:
    """A TCP connection; whether the password is right, the workers find out."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port = "", 0
    if not port:
        raise ServiceMissing(
            "REPLWRIGHT_BROKER_URL is not a broker's URL", "give one such as redis://host:6379/0 or amqp://host//"
        )
    if not listening(host, port, TIMEOUT_S):
        raise ServiceMissing(
            f"the broker {without_password(url)} cannot be reached",
            "check REPLWRIGHT_BROKER_URL and that the broker runs there",
        )


def check_ray(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit() and listening(host, int(port), TIMEOUT_S)):
        raise ServiceMissing(
            f"Ray at {address} cannot be reached",
            "check REPLWRIGHT_RAY_ADDRESS (host:port) and that its head runs there",
        )


def _short(said: str, url: str) -> str:
    """libpq's words without the password, should they hold it."""
    try:
        password = urlsplit(url).password
    except ValueError:
        password = None
    return (said.replace(password, "***") if password else said)[:300]
