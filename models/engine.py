"""Connections to PostgreSQL: how they are made, how many a process may hold, and how their failures read."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from orchestration.errors import BadInput, ServiceMissing

# The embedded server has 100 connections, 3 of them for its superuser. One machine runs about two workers, one beat,
# one host, an API and a few command lines: 2 * 10 + 2 + 4 + 8 + 5 * 2 = 44, which leaves room for a second release
# while a deploy drains the first. No connection is held while a model is asked, so 10 serve many more threads.
CONNECTIONS = {"worker": 10, "host": 4, "beat": 2, "api": 8, "cli": 2, "migrate": 1}

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 30_000
# Nothing of ours thinks within a transaction: one that idles belongs to a process that stands still, and the locks it
# holds keep others from what it has to be relieved of. Its work is done again when it goes on.
IDLE_IN_TRANSACTION_MS = 10_000

# A migration may have to rewrite a table, and waits for its turn.
_UNLIMITED = frozenset({"migrate"})


def make_engine(url: str, kind: str, pool_size: int | None = None) -> Engine:
    """An engine for one process of this kind. Takes postgresql:// and postgresql+psycopg://; raises BadInput."""
    statement_ms = 0 if kind in _UNLIMITED else STATEMENT_TIMEOUT_MS
    settings = {
        "statement_timeout": statement_ms,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
        "default_transaction_isolation": r"read\ committed",
        "timezone": "UTC",
    }
    return create_engine(
        parse_url(url),
        pool_size=pool_size or CONNECTIONS.get(kind, 4),
        max_overflow=0,
        pool_timeout=30,
        pool_use_lifo=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": f"replwright-{kind}",
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )


def parse_url(url: str) -> URL:
    """The URL with our driver in it. Raises BadInput, which does not repeat the URL: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise BadInput("REPLWRIGHT_DATABASE_URL", "not a PostgreSQL URL", "write postgresql://user@host:5432/database")
    return parsed.set(drivername="postgresql+psycopg")


@contextmanager
def service_errors(engine: Engine) -> Iterator[None]:
    """Turns a database that cannot be reached, or has no tables, into ServiceMissing."""
    try:
        yield
    except DBAPIError as error:
        if sqlstate(error) in ("42P01", "3F000", "42883", "42703"):
            raise ServiceMissing(
                "the database's tables are not those of this release", "run `replwright migrate`"
            ) from None
        if is_unreachable(error):
            raise ServiceMissing(
                f"PostgreSQL at {place(engine.url)} cannot be reached: {_cause(error, engine.url)}",
                "start it, or correct REPLWRIGHT_DATABASE_URL",
            ) from None
        raise


def sqlstate(error: DBAPIError) -> str | None:
    """The five letters that name the error, if the server gave any."""
    return getattr(error.orig, "sqlstate", None)


def is_unreachable(error: DBAPIError) -> bool:
    """The connection could not be made, or was lost: restarts, cuts, no database, too many connections."""
    state = sqlstate(error)
    if state is None:
        return error.connection_invalidated or type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
    return error.connection_invalidated or state.startswith(("08", "57P", "28", "3D")) or state == "53300"


def place(url: URL) -> str:
    """Where the server is, without user and password."""
    host = url.host or url.query.get("host") or "the local socket"
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}/{url.database or ''}"


def _cause(error: DBAPIError, url: URL) -> str:
    lines = str(error.orig).strip().splitlines()
    cause = lines[0] if lines else type(error.orig).__name__
    return cause.replace(str(url.password), "***") if url.password else cause
