"""The lock order, everywhere: session, orchestration, step, quota, repl_tasks, blobs, named repl, budget, events.

Whatever changes an orchestration first locks its row here and then works in separate statements: each of them has a
fresh snapshot, so that it sees what the holder before us committed. No transaction locks two orchestrations.

A quota is the tenant's row at a submit, and its row of the day at a plan commit. Blobs are locked in the order of
their keys, named REPLs in that of their names or ids. A plan commit holds named REPLs before it inserts their tasks:
rows that are not there yet, and that nobody can be waiting with. So does a fork, which makes an orchestration of its
own under the lock of the one that it copies.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.limits import limits_from
from models.rows import ROW_VERSION, check_known
from orchestration.errors import Fenced
from orchestration.limits import Limits
from orchestration.records import StepClaim
from orchestration.states import Status


@dataclass(frozen=True, slots=True)
class Locked:
    """An orchestration whose row this transaction holds."""

    id: UUID
    status: Status
    session_id: int | None
    session_number: int | None
    root_task_id: str | None

    @property
    def is_terminal(self) -> bool:
        return self.status.is_terminal


_LOCK = """
SELECT id, status, session_id, session_number, root_task_id, schema_version FROM orchestrations
WHERE id = :id FOR NO KEY UPDATE
"""
# Of rows of a newer release nothing is claimed, swept or deleted. A subquery, as a join might be made by a scan.
KNOWN = f"(SELECT schema_version FROM orchestrations known WHERE known.id = {{id}}) <= {ROW_VERSION}"  # noqa: S608


def lock_orchestration(connection: Connection, orchestration_id: UUID) -> Locked | None:
    """The orchestration, locked; None if there is none that this release knows. Waits for whoever holds it."""
    return _locked(connection.execute(text(_LOCK), {"id": orchestration_id}).one_or_none())


def lock_named(connection: Connection, orchestration_id: UUID) -> Locked:
    """The one that somebody named by its id. Raises NotFound and NewerRow, which tell why it cannot be had."""
    row = connection.execute(text(_LOCK), {"id": orchestration_id}).one_or_none()
    check_known(orchestration_id, row.schema_version if row else None)
    locked = _locked(row)
    assert locked
    return locked


def try_lock_orchestration(connection: Connection, orchestration_id: UUID) -> Locked | None:
    """The same, but None if somebody else holds it, too: they are moving it, so the sweeper need not."""
    return _locked(connection.execute(text(_LOCK + " SKIP LOCKED"), {"id": orchestration_id}).one_or_none())


def lock_for(connection: Connection, claim: StepClaim) -> tuple[Locked, Row[tuple[object, ...]]]:
    """The orchestration, locked, and the step of this claim. Raises Fenced if either is gone."""
    locked = lock_orchestration(connection, claim.orchestration_id)
    step = connection.execute(
        text(
            "SELECT id, ordinal, status, plan_attempt, tries, losses, process_id, claim, task_id"
            " FROM steps WHERE id = :step AND orchestration_id = :orchestration"
        ),
        {"step": claim.step_id, "orchestration": claim.orchestration_id},
    ).one_or_none()
    if locked is None or step is None:
        raise Fenced(f"step {claim.ordinal} of {claim.orchestration_id} is gone")
    return locked, step


def fence(locked: Locked, step: Row[tuple[object, ...]], claim: StepClaim) -> None:
    """Raises Fenced unless the claim still holds."""
    if locked.is_terminal:
        raise Fenced(f"orchestration {locked.id} is {locked.status} by now")
    if step.status != "planning" or step.plan_attempt != claim.plan_attempt or step.process_id != claim.process_id:
        raise Fenced(
            f"step {claim.ordinal} of {locked.id} is {step.status} at attempt {step.plan_attempt},"
            f" not ours at {claim.plan_attempt}"
        )


def _locked(row: Row[tuple[object, ...]] | None) -> Locked | None:
    if row is None or row.schema_version > ROW_VERSION:
        return None
    return Locked(row.id, Status(row.status), row.session_id, row.session_number, row.root_task_id)


def limits_of(connection: Connection, orchestration_id: UUID) -> Limits:
    """The caps that the orchestration was submitted with."""
    found = connection.execute(
        text("SELECT limits FROM orchestration_payloads WHERE orchestration_id = :id"), {"id": orchestration_id}
    ).scalar_one()
    return limits_from(found)
