"""Insert the REPL tasks of a step, with their place in the queue."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.limits import task_limits_row
from models.queries.seats import Seat
from models.text import clean
from orchestration.limits import TaskLimits
from orchestration.tools import SpawnREPL

# The oldest turn that is still waiting, so that a newcomer is neither last behind a batch of 200 nor before all.
_OLDEST = "SELECT coalesce(min(turn), 0) FROM repl_tasks WHERE state = 'pending'"

_TASKS = """
INSERT INTO repl_tasks (orchestration_id, step_id, ordinal, task_id, kind, plan_attempt, turn, timeout_s,
                        named_repl_id, seq)
SELECT :orchestration, :step, place - 1, task_id, :kind, :attempt, :oldest + place - 1, timeout_s, named_repl_id, seq
FROM unnest(CAST(:task_ids AS text[]), CAST(:timeouts AS float8[]), CAST(:repls AS bigint[]), CAST(:seqs AS bigint[]))
     WITH ORDINALITY AS asked (task_id, timeout_s, named_repl_id, seq, place)
ORDER BY place RETURNING id, ordinal
"""
_PAYLOADS = """
INSERT INTO repl_task_payloads (repl_task_id, task_type, code, context_data, timeout_seconds, limits, input_position,
                                engine)
VALUES (:task, :type, :code, :context, :timeout, CAST(:limits AS jsonb), :position, :engine)
"""


@dataclass(frozen=True, slots=True)
class NewTask:
    """`input_position` is the input that a profile task reads, `seat` the place in a named REPL's order."""

    spawn: SpawnREPL
    limits: TaskLimits
    input_position: int | None = None
    seat: Seat | None = None


def insert_tasks(
    connection: Connection, orchestration_id: UUID, step_id: int, plan_attempt: int, kind: str, tasks: Sequence[NewTask]
) -> tuple[int, ...]:
    """Their ids, in the order given: the order of the plan."""
    if not tasks:
        return ()
    oldest = connection.execute(text(_OLDEST)).scalar_one()
    rows = connection.execute(
        text(_TASKS),
        {
            "orchestration": orchestration_id,
            "step": step_id,
            "kind": kind,
            "attempt": plan_attempt,
            "oldest": oldest,
            "task_ids": [task.spawn.task_id for task in tasks],
            "timeouts": [task.limits.timeout_s for task in tasks],
            "repls": [task.seat.named_repl_id if task.seat else None for task in tasks],
            "seqs": [task.seat.seq if task.seat else None for task in tasks],
        },
    ).all()
    numbered = tuple(row.id for row in sorted(rows, key=lambda row: row.ordinal))
    connection.execute(
        text(_PAYLOADS),
        [
            {
                "task": number,
                "type": task.spawn.task_type.value,
                "code": clean(task.spawn.code_to_execute),
                "context": clean(task.spawn.context_data),
                "timeout": task.spawn.timeout_seconds,
                "limits": json.dumps(task_limits_row(task.limits)),
                "position": task.input_position,
                "engine": task.spawn.engine.value,
            }
            for number, task in zip(numbered, tasks, strict=True)
        ],
    )
    return numbered
