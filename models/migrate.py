"""Bring a database to the newest schema, before or after a deploy, or say how far it is."""

import logging
import time
from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrations import history
from models.engine import make_engine, service_errors, sqlstate
from models.queries.live_releases import live_releases
from models.revision import Revision, check_revision, read_revision
from models.timing import Timing
from orchestration.errors import ServiceMissing, StillNeeded

# Any number that nobody else locks: two processes that migrate at once must take turns.
_LOCK = 7_215_533_901
# Who waits for a table's lock makes everybody behind it wait, too: better to let them pass, and to try again.
LOCK_TIMEOUT_MS = 3000
_LOCK_TRIES = 10
_LOCK_NOT_AVAILABLE = "55P03"
log = logging.getLogger(__name__)


def upgrade(url: str, to: str = "head") -> Revision:
    """Apply what is missing, whoever runs. Safe to run twice and at the same time. Raises ServiceMissing."""
    return _locked(url, lambda connection: _apply(connection, command.upgrade, to))


def upgrade_before_deploy(url: str) -> Revision:
    """Apply what the running release tolerates: up to the first migration that is to come after the deploy."""
    return _locked(url, _apply_pre)


def upgrade_after_deploy(url: str, release: str) -> Revision:
    """Apply everything. Raises StillNeeded, and applies nothing, while another release needs what would go."""

    def work(connection: Connection) -> Revision:
        found = read_revision(connection)
        if found.after_deploy and found.current is not None:
            _check_gone(connection, release, found.after_deploy[0].revision)
        return _apply(connection, command.upgrade, "head")

    return _locked(url, work)


def downgrade(url: str, to: str = "base") -> Revision:
    """Take migrations back, with the data in their tables."""
    return _locked(url, lambda connection: _apply(connection, command.downgrade, to))


def revision(url: str) -> Revision:
    """Where the schema stands."""
    return _with_connection(url, read_revision)


def check(url: str) -> Revision:
    """Where the schema stands. Raises ServiceMissing, with the remedy, unless this release can work with it."""
    return _with_connection(url, check_revision)


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    made = Config()
    made.set_main_option("script_location", str(history.VERSIONS.parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def _apply_pre(connection: Connection) -> Revision:
    found = read_revision(connection)
    if found.current is None:
        # Nobody runs on an empty database.
        return _apply(connection, command.upgrade, "head")
    if found.before_deploy:
        return _apply(connection, command.upgrade, found.before_deploy[-1].revision)
    return found


def _check_gone(connection: Connection, release: str, waiting: str) -> None:
    others = live_releases(connection, None, Timing()) - {release}
    connection.rollback()
    if others:
        raise StillNeeded(
            f"migration {waiting} takes away what release {', '.join(sorted(others))} needs, which still runs",
            "stop its workers, wait until its hosts have ended, and try again; until then `replwright migrate --pre`",
        )


def _apply(connection: Connection, step: Callable[[Config, str], None], to: str) -> Revision:
    """Each migration in a transaction of its own, so that its locks are given back before the next one."""
    connection.rollback()
    for left in reversed(range(_LOCK_TRIES)):
        try:
            step(config(connection), to)
            break
        except DBAPIError as error:
            connection.rollback()
            if sqlstate(error) != _LOCK_NOT_AVAILABLE:
                raise
            if not left:
                raise ServiceMissing(
                    "a long transaction holds a table that is to be migrated", "end it, or try again later"
                ) from None
            log.warning("a table to be migrated is in use; trying again")
            time.sleep(1)
    return read_revision(connection)


def _locked(url: str, work: Callable[[Connection], Revision]) -> Revision:
    def locked(connection: Connection) -> Revision:
        # Not by waiting in the server: an index that is built concurrently would wait for us in turn.
        while not connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one():
            connection.rollback()
            time.sleep(0.1)
        connection.execute(text(f"SET lock_timeout = {LOCK_TIMEOUT_MS}"))
        connection.commit()
        return work(connection)

    return _with_connection(url, locked)


def _with_connection(url: str, work: Callable[[Connection], Revision]) -> Revision:
    engine = make_engine(url, "migrate")
    try:
        with service_errors(engine), engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()
