"""Read what the tasks that a host claimed need, and announce them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.earlier import inputs_of, results_before
from models.queries.events import emit
from models.queries.limits import task_limits_from
from models.queries.locks import lock_orchestration
from models.queries.replay import REPL_COLUMNS, named_repl, spawn_from
from orchestration.records import ClaimedTask, Input, NamedRepl
from orchestration.states import EventName
from orchestration.tools import REPLResult

_TASKS = f"""
SELECT task.id, task.step_id, step.ordinal AS step, task.task_id, task.kind, task.attempt, payload.task_type,
       payload.code, payload.context_data, payload.timeout_seconds, payload.limits, payload.input_position,
       payload.engine, extract(epoch FROM orchestration.deadline_at - replwright_now()) AS seconds_left,
       {REPL_COLUMNS}
FROM repl_tasks task
JOIN steps step ON step.id = task.step_id
JOIN orchestrations orchestration ON orchestration.id = task.orchestration_id
JOIN repl_task_payloads payload ON payload.repl_task_id = task.id
LEFT JOIN named_repls repl ON repl.id = task.named_repl_id
WHERE task.orchestration_id = :orchestration AND task.state = 'running' AND task.process_id = :process
  AND task.claim = :claim
ORDER BY task.turn, task.id
"""  # noqa: S608
_SIBLINGS = """
SELECT step.id, count(*) AS many
FROM repl_tasks task JOIN steps step ON step.id = task.step_id AND step.plan_attempt = task.plan_attempt
WHERE task.orchestration_id = :orchestration AND task.kind = 'spawn' AND task.state <> 'superseded'
  AND step.id = ANY(CAST(:steps AS bigint[]))
GROUP BY step.id
"""


def start_claimed(
    connection: Connection, orchestration_id: UUID, process_id: int, claim: UUID
) -> Sequence[ClaimedTask]:
    """The tasks that `claim` took from this orchestration, ready to run; none if it ended meanwhile."""
    locked = lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return ()
    ours = {"orchestration": orchestration_id, "process": process_id, "claim": claim}
    rows = connection.execute(text(_TASKS), ours).all()
    if not rows:
        return ()
    emit(
        connection,
        orchestration_id,
        *(
            (
                EventName.TASK_STARTED,
                {"step": row.step, "task_id": row.task_id, "attempt": row.attempt, "process": process_id},
            )
            for row in rows
        ),
    )
    inputs = inputs_of(connection, orchestration_id)
    earlier = {step: results_before(connection, orchestration_id, step) for step in {row.step for row in rows}}
    counted = {"orchestration": orchestration_id, "steps": sorted({row.step_id for row in rows})}
    siblings = {row.id: row.many for row in connection.execute(text(_SIBLINGS), counted)}
    return [
        _claimed(
            orchestration_id,
            row,
            inputs,
            earlier[row.step],
            named_repl(connection, row),
            siblings.get(row.step_id, 1),
        )
        for row in rows
    ]


def _claimed(
    orchestration_id: UUID,
    row: Row[Any],
    inputs: tuple[Input, ...],
    earlier: tuple[REPLResult, ...],
    named: NamedRepl | None,
    siblings: int,
) -> ClaimedTask:
    position = row.input_position
    return ClaimedTask(
        id=row.id,
        orchestration_id=orchestration_id,
        step_id=row.step_id,
        attempt=row.attempt,
        kind=row.kind,
        spawn=spawn_from(row, row.repl_name),
        limits=task_limits_from(row.limits, float(row.seconds_left)),
        inputs=inputs if position is None else inputs[position : position + 1],
        earlier=earlier,
        named=named,
        siblings=siblings,
    )
