"""Read orchestrations as people see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.results import COLUMNS, result_from
from models.queries.story import read_story
from models.rows import ROW_VERSION, check_known
from orchestration.states import Reason, Status
from orchestration.views import OrchestrationView, StepView, TaskView, Usage

_HEAD = """
SELECT orchestration.id, payload.question, payload.model, orchestration.status, orchestration.reason, payload.answer,
       payload.detail, orchestration.created_at, orchestration.ended_at, orchestration.deadline_at,
       orchestration.retries, orchestration.forked_from, orchestration.forked_step, orchestration.schema_version
FROM orchestrations orchestration JOIN orchestration_payloads payload ON payload.orchestration_id = orchestration.id
"""
_ONE = _HEAD + " WHERE orchestration.id = :id"
# The newest are found before they are joined, or a plan may read all jobs to show a few.
_NEWEST = """
WHERE orchestration.id IN (SELECT id FROM orchestrations {of} ORDER BY created_at DESC, id LIMIT :most)
ORDER BY orchestration.created_at DESC, orchestration.id
"""
_LIST = _HEAD + _NEWEST.format(of="")
_LIST_BY_STATUS = _HEAD + _NEWEST.format(of="WHERE status = :status")
_STEPS = """
SELECT ordinal, status, plan_attempt, tries, losses, created_at FROM steps WHERE orchestration_id = :id ORDER BY ordinal
"""
_TASKS = f"""
SELECT task.id, step.ordinal AS step, task.task_id, payload.task_type, task.state, task.attempt, payload.code,
       task.created_at, task.started_at, task.landed_at, repl.name AS repl, {COLUMNS}
FROM repl_tasks task
JOIN steps step ON step.id = task.step_id
JOIN repl_task_payloads payload ON payload.repl_task_id = task.id
LEFT JOIN repl_task_results result ON result.repl_task_id = task.id
LEFT JOIN named_repls repl ON repl.id = task.named_repl_id
WHERE task.orchestration_id = :id AND task.state <> 'superseded'
ORDER BY step.ordinal, task.ordinal
"""  # noqa: S608
_USAGE = """
SELECT count(*) AS calls, coalesce(sum(input_tokens), 0) AS input, coalesce(sum(output_tokens), 0) AS output
FROM model_calls WHERE orchestration_id = :id
"""


def read_one(connection: Connection, orchestration_id: UUID) -> OrchestrationView:
    """The orchestration with its steps, tasks, usage and story. Raises NotFound, NewerRow."""
    of = {"id": orchestration_id}
    head = connection.execute(text(_ONE), of).one_or_none()
    check_known(orchestration_id, head.schema_version if head else None)
    assert head
    steps = connection.execute(text(_STEPS), of).all()
    tasks = connection.execute(text(_TASKS), of).all()
    usage = connection.execute(text(_USAGE), of).one()
    return _view(
        head,
        steps=tuple(StepView(*row) for row in steps),
        tasks=tuple(_task(row) for row in tasks),
        usage=Usage(usage.calls, int(usage.input), int(usage.output)),
        attempts=read_story(connection, orchestration_id),
    )


def read_list(connection: Connection, limit: int, status: Status | None) -> Sequence[OrchestrationView]:
    """The newest first, without steps and tasks. Rows of a newer release are there, as far as they can be read."""
    if status is None:
        rows = connection.execute(text(_LIST), {"most": limit})
    else:
        rows = connection.execute(text(_LIST_BY_STATUS), {"most": limit, "status": status.value})
    return [_view(row) for row in rows]


def _view(head: Row[Any], **more: Any) -> OrchestrationView:
    newer = head.schema_version > ROW_VERSION
    status = head.status if head.status in set(Status) else (Status.FAILED if head.ended_at else Status.QUEUED)
    reason = head.reason if head.reason in set(Reason) else None
    return OrchestrationView(
        id=head.id,
        question=head.question,
        model=head.model,
        status=Status(status),
        reason=Reason(reason) if reason else None,
        answer=head.answer,
        detail=head.detail,
        retries=head.retries,
        forked_from=head.forked_from,
        forked_step=head.forked_step,
        newer=newer,
        created_at=head.created_at,
        ended_at=head.ended_at,
        deadline_at=head.deadline_at,
        **more,
    )


def _task(row: Row[Any]) -> TaskView:
    return TaskView(
        id=row.id,
        step=row.step,
        task_id=row.task_id,
        task_type=row.task_type,
        state=row.state,
        attempt=row.attempt,
        code=row.code,
        result=None if row.is_success is None else result_from(row, row.task_id),
        created_at=row.created_at,
        started_at=row.started_at,
        landed_at=row.landed_at,
        repl=row.repl,
    )
