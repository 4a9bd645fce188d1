"""What the tasks of a step may read: the inputs of their orchestration, and the results of the steps before."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.results import COLUMNS, result_from
from orchestration.records import Input
from orchestration.tools import REPLResult

_INPUTS = "SELECT name, blob, size, format FROM inputs WHERE orchestration_id = :orchestration ORDER BY position"
_EARLIER = f"""
SELECT step.ordinal AS step, task.task_id, {COLUMNS}
FROM repl_tasks task
JOIN steps step ON step.id = task.step_id
JOIN repl_task_results result ON result.repl_task_id = task.id
WHERE task.orchestration_id = :orchestration AND task.kind = 'spawn' AND task.state = 'done'
  AND task.plan_attempt = step.plan_attempt AND step.ordinal < :step
ORDER BY step.ordinal, task.ordinal
"""  # noqa: S608


def inputs_of(connection: Connection, orchestration_id: UUID) -> tuple[Input, ...]:
    """In the order of the submit."""
    found = connection.execute(text(_INPUTS), {"orchestration": orchestration_id})
    return tuple(Input(row.name, row.blob, row.size, row.format) for row in found)


def results_before(connection: Connection, orchestration_id: UUID, step: int) -> tuple[REPLResult, ...]:
    """In the order of the plans."""
    if step <= 1:
        return ()
    results = connection.execute(text(_EARLIER), {"orchestration": orchestration_id, "step": step})
    return tuple(result_from(row, row.task_id) for row in results)
