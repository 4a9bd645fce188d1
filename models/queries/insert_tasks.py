"""Insert the REPL tasks of a step, with their place in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, text

from models.queries.limits import task_limits_row
from models.tables import ReplTask, ReplTaskPayload
from models.text import clean
from orchestration.limits import TaskLimits
from orchestration.tools import SpawnREPL

# The oldest turn that is still waiting, so that a newcomer is neither last behind a batch of 200 nor before all.
_OLDEST = "SELECT coalesce(min(turn), 0) FROM repl_tasks WHERE state = 'pending'"


@dataclass(frozen=True, slots=True)
class NewTask:
    """`input_position` is the input that a profile task reads."""

    spawn: SpawnREPL
    limits: TaskLimits
    input_position: int | None = None


def insert_tasks(
    connection: Connection, orchestration_id: UUID, step_id: int, plan_attempt: int, kind: str, tasks: Sequence[NewTask]
) -> tuple[int, ...]:
    """Their ids, in the order given: the order of the plan."""
    if not tasks:
        return ()
    oldest = connection.execute(text(_OLDEST)).scalar_one()
    ids = connection.execute(
        insert(ReplTask).returning(ReplTask.id, sort_by_parameter_order=True),
        [
            {
                "orchestration_id": orchestration_id,
                "step_id": step_id,
                "ordinal": ordinal,
                "task_id": task.spawn.task_id,
                "kind": kind,
                "plan_attempt": plan_attempt,
                "turn": oldest + ordinal,
                "timeout_s": task.limits.timeout_s,
            }
            for ordinal, task in enumerate(tasks)
        ],
    ).scalars()
    numbered = tuple(ids)
    connection.execute(
        insert(ReplTaskPayload),
        [
            {
                "repl_task_id": number,
                "task_type": task.spawn.task_type.value,
                "code": clean(task.spawn.code_to_execute),
                "context_data": clean(task.spawn.context_data),
                "timeout_seconds": task.spawn.timeout_seconds,
                "limits": task_limits_row(task.limits),
                "input_position": task.input_position,
            }
            for number, task in zip(numbered, tasks, strict=True)
        ],
    )
    return numbered
