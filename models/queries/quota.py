"""Quotas of a tenant: how many orchestrations at once, and how many REPL tasks a day (UTC)."""

from sqlalchemy import Connection, text

from models.queries.locks import Locked
from orchestration.errors import BadInput

_TODAY = "CAST(replwright_now() AT TIME ZONE 'UTC' AS date)"
# Its lock lets the submits of a limited tenant take turns, so that each counts what the one before it committed.
_LIMITS = """
SELECT max_active, max_repl_tasks_a_day FROM quotas
WHERE tenant = :tenant AND (max_active IS NOT NULL OR max_repl_tasks_a_day IS NOT NULL) FOR NO KEY UPDATE
"""
_ACTIVE = "SELECT count(*) FROM orchestrations WHERE tenant = :tenant AND ended_at IS NULL AND parent_id IS NULL"
_USED = f"SELECT {_TODAY} AS day, (SELECT repl_tasks FROM quota_uses WHERE tenant = :tenant AND day = {_TODAY}) AS used"  # noqa: S608
_LIMIT = """
SELECT orchestration.tenant, quotas.max_repl_tasks_a_day AS most
FROM orchestrations orchestration LEFT JOIN quotas ON quotas.tenant = orchestration.tenant
WHERE orchestration.id = :id
"""
_COUNT = f"""
INSERT INTO quota_uses (tenant, day, repl_tasks)
SELECT :tenant, {_TODAY}, :tasks WHERE CAST(:most AS bigint) IS NULL OR :tasks <= CAST(:most AS bigint)
ON CONFLICT (tenant, day) DO UPDATE SET repl_tasks = quota_uses.repl_tasks + excluded.repl_tasks
WHERE CAST(:most AS bigint) IS NULL OR quota_uses.repl_tasks + excluded.repl_tasks <= CAST(:most AS bigint)
RETURNING repl_tasks
"""


def check_quotas(connection: Connection, tenant: str) -> None:
    """For a submit whose row is inserted. Raises BadInput that names the quota."""
    limits = connection.execute(text(_LIMITS), {"tenant": tenant}).one_or_none()
    if limits is None:
        return
    if limits.max_active is not None:
        active = connection.execute(text(_ACTIVE), {"tenant": tenant}).scalar_one() - 1
        if active >= limits.max_active:
            raise BadInput(
                "tenant",
                f"{tenant!r} has {active} orchestrations open, and its quota max_active is {limits.max_active}",
                "wait until one has ended, or cancel one",
            )
    if limits.max_repl_tasks_a_day is not None:
        found = connection.execute(text(_USED), {"tenant": tenant}).one()
        if (found.used or 0) >= limits.max_repl_tasks_a_day:
            quota = f"its quota max_repl_tasks_a_day is {limits.max_repl_tasks_a_day}"
            raise BadInput(
                "tenant",
                f"{tenant!r} planned {found.used or 0} REPL tasks on {found.day} (UTC), and {quota}",
                "submit it tomorrow, or raise the quota",
            )


def count_tasks(connection: Connection, locked: Locked, tasks: int) -> str | None:
    """Count the tasks of a plan to this day of the tenant; or, if that would be over its quota, say so."""
    limit = connection.execute(text(_LIMIT), {"id": locked.id}).one()
    asked = {"tenant": limit.tenant, "most": limit.most, "tasks": tasks}
    if not tasks or connection.execute(text(_COUNT), asked).scalar_one_or_none() is not None:
        return None
    found = connection.execute(text(_USED), {"tenant": limit.tenant}).one()
    return (
        f"tenant {limit.tenant!r} may plan {limit.most} REPL tasks a day (quota max_repl_tasks_a_day): on {found.day}"
        f" (UTC) it planned {found.used or 0}, and this plan asks for {tasks} more"
    )
