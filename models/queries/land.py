"""Land results: record each once, under its fence, and close the step with the last one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.blobs import note_blobs
from models.queries.close import close
from models.queries.events import emit
from models.queries.locks import lock_orchestration
from models.queries.results import INSERT, result_row
from models.timing import Timing
from orchestration.records import Hint, Landed, Landing
from orchestration.states import EventName

_DONE = """
UPDATE repl_tasks task SET state = 'done', landed_at = replwright_now(), claimed_until = NULL
FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS int[])) AS landing (id, attempt)
WHERE task.id = landing.id AND task.attempt = landing.attempt AND task.orchestration_id = :orchestration
  AND task.state = 'running' AND task.process_id = :process
RETURNING task.id, task.step_id, task.task_id,
          (SELECT ordinal FROM steps WHERE steps.id = task.step_id) AS step
"""
_OURS = """
SELECT repl_task_id FROM repl_task_results result
JOIN unnest(CAST(:ids AS bigint[]), CAST(:attempts AS int[])) AS landing (id, attempt)
  ON result.repl_task_id = landing.id AND result.attempt = landing.attempt
WHERE result.process_id = :process
"""


def land(
    connection: Connection, process_id: int, orchestration_id: UUID, landings: Sequence[Landing], timing: Timing
) -> Landed:
    """Results of one orchestration. Those that an earlier call of ours committed count as landed, too."""
    asked = {item.task.id: item for item in landings}
    keys = {
        "ids": list(asked),
        "attempts": [item.task.attempt for item in asked.values()],
        "process": process_id,
    }
    hints: tuple[Hint, ...] = ()
    landed = set[int]()
    locked = lock_orchestration(connection, orchestration_id)
    if locked is not None and not locked.is_terminal:
        rows = connection.execute(text(_DONE), {**keys, "orchestration": orchestration_id}).all()
        rows = sorted(rows, key=lambda row: row.id)
        landed = {row.id for row in rows}
        if rows:
            _record(connection, process_id, orchestration_id, asked, rows)
        for step_id in sorted({row.step_id for row in rows}):
            hints += close(connection, locked, step_id, timing)
    if len(landed) < len(asked):
        # An unknown commit: if the stored attempt is ours, it was us.
        landed |= set(connection.execute(text(_OURS), keys).scalars())
    return Landed(
        landed=tuple(number for number in asked if number in landed),
        refused=tuple(number for number in asked if number not in landed),
        hints=hints,
    )


def _record(
    connection: Connection, process_id: int, orchestration_id: UUID, asked: dict[int, Landing], rows: Sequence[Any]
) -> None:
    results = [(row, asked[row.id]) for row in rows]
    note_blobs(connection, {item.blob: item.size for _, landing in results for item in landing.result.artifacts})
    connection.execute(
        text(INSERT), [result_row(row.id, item.task.attempt, process_id, item.result) for row, item in results]
    )
    emit(
        connection,
        orchestration_id,
        *(
            (
                EventName.TASK_LANDED,
                {
                    "step": row.step,
                    "task_id": row.task_id,
                    "is_success": item.result.is_success,
                    "error_kind": item.result.error_kind.value if item.result.error_kind else None,
                    "execution_time": item.result.execution_time,
                },
            )
            for row, item in results
        ),
    )
