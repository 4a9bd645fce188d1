"""Land results: record each once, under its fence, and close the step with the last one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.blobs import note_blobs, use_blobs
from models.queries.close import close
from models.queries.events import emit
from models.queries.hints import dispatch_hint
from models.queries.land_states import land_states
from models.queries.locks import lock_orchestration
from models.queries.results import INSERT, result_row
from models.timing import Timing
from orchestration.records import Hint, Landed, Landing
from orchestration.states import EventName, StateKind

_DONE = """
UPDATE repl_tasks task SET state = 'done', landed_at = replwright_now(), claimed_until = NULL
FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS int[]), CAST(:fences AS bigint[]))
     AS landing (id, attempt, fence)
WHERE task.id = landing.id AND task.attempt = landing.attempt AND task.orchestration_id = :orchestration
  AND task.state = 'running' AND task.process_id = :process
  AND (task.named_repl_id IS NULL OR EXISTS (
      SELECT FROM named_repls repl WHERE repl.id = task.named_repl_id AND repl.fence = landing.fence))
RETURNING task.id, task.step_id, task.task_id, (SELECT ordinal FROM steps WHERE steps.id = task.step_id) AS step,
          (SELECT steps.task_id FROM steps WHERE steps.id = task.step_id) AS planner
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
        fences = [item.task.named.fence if item.task.named else None for item in asked.values()]
        rows = connection.execute(text(_DONE), {**keys, "fences": fences, "orchestration": orchestration_id}).all()
        rows = sorted(rows, key=lambda row: row.id)
        landed = {row.id for row in rows}
        if rows and _record(connection, process_id, orchestration_id, asked, rows):
            hints += (dispatch_hint(locked, rows[0].planner),)
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
) -> bool:
    """True if a task waits for a named REPL that is free now."""
    results = [(row, asked[row.id]) for row in rows]
    files = {file.blob: file.size for _, item in results for file in item.result.artifacts}
    states = {item.state.blob: item.state.size for _, item in results if item.state and item.state.blob}
    note_blobs(connection, {**files, **states})
    connection.execute(text(INSERT), [_result_row(row.id, process_id, item) for row, item in results])
    use_blobs(connection, {(file.blob, row.id) for row, item in results for file in item.result.artifacts})
    freed = land_states(connection, [item for _, item in results])
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
    return freed


def _result_row(task: int, process_id: int, item: Landing) -> dict[str, Any]:
    named = item.task.named
    if named is None:
        return result_row(task, item.task.attempt, process_id, item.result)
    kind = item.state.kind if item.state else StateKind.UNCHANGED
    return result_row(task, item.task.attempt, process_id, item.result, named.fence, kind)
