"""Bring a database to the newest schema, or say how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.engine import make_engine, service_errors
from orchestration.errors import ServiceMissing

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
# Any number that nobody else locks: two processes that migrate at once must take turns.
_LOCK = 7_215_533_901


@dataclass(frozen=True, slots=True)
class Revision:
    """The schema's revision in the database (None: an empty database) and the newest one."""

    current: str | None
    head: str


def upgrade(url: str, to: str = "head") -> Revision:
    """Apply what is missing. Safe to run twice and at the same time. Raises ServiceMissing."""
    return _with_connection(url, lambda connection: _move(connection, to, down=False))


def downgrade(url: str, to: str = "base") -> Revision:
    """Take migrations back, with the data in their tables."""
    return _with_connection(url, lambda connection: _move(connection, to, down=True))


def revision(url: str) -> Revision:
    """Where the schema stands."""
    return _with_connection(url, _revision)


def check(url: str) -> Revision:
    """Raises ServiceMissing, with the remedy, unless the schema is the newest."""
    found = revision(url)
    if found.current is None:
        raise ServiceMissing("the database has no tables of Replwright", "run `replwright migrate`")
    if found.current not in _known():
        raise ServiceMissing(
            f"the database is at revision {found.current}, which this release does not know",
            "run the release that migrated it, or a newer one",
        )
    if found.current != found.head:
        raise ServiceMissing(
            f"the database is at revision {found.current}, but {found.head} is needed", "run `replwright migrate`"
        )
    return found


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    made = Config()
    made.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def _with_connection(url: str, work: Callable[[Connection], Revision]) -> Revision:
    engine = make_engine(url, "migrate")
    try:
        with service_errors(engine), engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def _move(connection: Connection, to: str, *, down: bool) -> Revision:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    (command.downgrade if down else command.upgrade)(config(connection), to)
    return _revision(connection)


def _revision(connection: Connection) -> Revision:
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return Revision(MigrationContext.configure(connection).get_current_revision(), head)


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
