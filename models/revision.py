"""Where a database's schema stands, and whether this release can work with it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from migrations.history import Migration, Phase, history
from orchestration.errors import ServiceMissing

_EXISTS = "SELECT to_regclass(:name) IS NOT NULL"
_CURRENT = "SELECT version_num FROM alembic_version"
_APPLIED = "SELECT revision, phase FROM applied_migrations ORDER BY revision"


@dataclass(frozen=True, slots=True)
class Revision:
    """The schema's revision in the database (None: an empty database), the newest one, and what waits to be applied."""

    current: str | None
    head: str
    missing: tuple[Migration, ...] = ()

    @property
    def before_deploy(self) -> tuple[Migration, ...]:
        """Those of the missing ones that come before the new code: up to the first that takes something away."""
        ahead = next((at for at, one in enumerate(self.missing) if one.phase is Phase.POST), len(self.missing))
        return self.missing[:ahead]

    @property
    def after_deploy(self) -> tuple[Migration, ...]:
        """Those that wait until the older release is gone."""
        return self.missing[len(self.before_deploy) :]


def read_revision(connection: Connection) -> Revision:
    """Where the schema stands. What a newer release applied is no concern of `missing`."""
    known = history()
    current = _one(connection, _CURRENT) if _exists(connection, "alembic_version") else None
    revisions = [migration.revision for migration in known]
    missing = known if current is None else known[revisions.index(current) + 1 :] if current in revisions else ()
    return Revision(current, revisions[-1], missing)


def check_revision(connection: Connection) -> Revision:
    """Where the schema stands. Raises ServiceMissing, with the remedy, unless this release can work with it.

    It can when no `pre` migration of its own is missing, and a newer release applied none but `pre` ones.
    """
    found = read_revision(connection)
    if found.current is None:
        raise ServiceMissing("the database has no tables of Replwright", "run `replwright migrate`")
    if found.current not in {migration.revision for migration in history()}:
        _check_newer(connection, found.current)
    needed = [migration.revision for migration in found.missing if migration.phase is Phase.PRE]
    if needed:
        raise ServiceMissing(
            f"the database is at revision {found.current}, but {needed[-1]} is needed",
            "run `replwright migrate --pre`" if found.before_deploy else "run `replwright migrate`",
        )
    return found


def _check_newer(connection: Connection, current: str) -> None:
    rows = connection.execute(text(_APPLIED)).all() if _exists(connection, "applied_migrations") else ()
    applied = {str(row.revision): str(row.phase) for row in rows}
    newer = applied.keys() - {migration.revision for migration in history()}
    post = sorted(revision for revision in newer if applied[revision] != Phase.PRE)
    if current not in newer:
        what = f"the database is at revision {current}, which this release does not know"
    elif post:
        what = f"the database is at revision {current}, and {post[0]} took away what this release needs"
    else:
        return
    raise ServiceMissing(what, "run the release that migrated it, or a newer one")


def _exists(connection: Connection, table: str) -> bool:
    return bool(connection.execute(text(_EXISTS), {"name": table}).scalar_one())


def _one(connection: Connection, query: str) -> str | None:
    return connection.execute(text(query)).scalar_one_or_none()
