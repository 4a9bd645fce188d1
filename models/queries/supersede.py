"""Supersede the tasks of an earlier attempt at a step: nobody waits for them any more."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.stops import stop

_SUPERSEDE = """
UPDATE repl_tasks SET state = 'superseded', claimed_until = NULL
WHERE orchestration_id = :orchestration AND step_id = :step AND plan_attempt < :attempt
  AND state IN ('pending', 'running')
RETURNING id, process_id
"""


def supersede_tasks(connection: Connection, orchestration_id: UUID, step_id: int, plan_attempt: int) -> None:
    """Under the orchestration's lock, after `plan_attempt` rose."""
    rows = connection.execute(
        text(_SUPERSEDE), {"orchestration": orchestration_id, "step": step_id, "attempt": plan_attempt}
    ).all()
    stop(connection, [(row.process_id, row.id) for row in rows if row.process_id is not None])
