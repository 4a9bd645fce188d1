"""The runs that lead from a named REPL's last snapshot to its state, where that is not saved itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.earlier import inputs_of, results_before
from orchestration.limits import MAX_PLAN_CONTEXT_BYTES
from orchestration.records import Input, NamedRepl, ReplayedTask
from orchestration.states import EngineName
from orchestration.tools import REPLResult, SpawnREPL, TaskType

MAX_REPLAY = 50
MAX_REPLAY_BYTES = MAX_PLAN_CONTEXT_BYTES

# The columns of a named REPL that `named_repl` reads. It is `repl` in the query that they stand in.
REPL_COLUMNS = """
repl.id AS repl_id, repl.name AS repl_name, repl.fence AS repl_fence, repl.version AS repl_version,
repl.snapshot AS repl_snapshot, repl.engine AS repl_engine, repl.state AS repl_state, repl.lost_reason AS repl_lost
"""
# A saved run stands after the last snapshot only where rebuild.py let go of the one it left; a session's past runs that
# stand there were forgotten.
_RUNS = """
FROM named_repls repl
JOIN repl_tasks task ON task.named_repl_id = repl.id AND task.state = 'done'
JOIN repl_task_results result ON result.repl_task_id = task.id
JOIN repl_task_payloads payload ON payload.repl_task_id = task.id
JOIN steps step ON step.id = task.step_id
WHERE repl.id = :repl AND result.state_version > repl.snapshot_version
  AND (result.state_kind = 'too_big' OR (result.state_kind = 'saved' AND repl.orchestration_id IS NOT NULL))
"""
_SIZE = f"""
SELECT count(*) AS runs, coalesce(sum(octet_length(payload.code) + octet_length(payload.context_data)), 0) AS bytes
{_RUNS}
"""
_REPLAY = f"""
SELECT task.orchestration_id, task.task_id, step.ordinal AS step, result.is_success, payload.task_type, payload.code,
       payload.context_data, payload.timeout_seconds, payload.engine, repl.name
{_RUNS} ORDER BY task.seq LIMIT {MAX_REPLAY}
"""


def named_repl(connection: Connection, row: Row[Any]) -> NamedRepl | None:
    """The named REPL of REPL_COLUMNS, with its replay; None where there is none."""
    if row.repl_id is None:
        return None
    replay = _replay(connection, row.repl_id) if row.repl_state == "too_big" else ()
    return NamedRepl(
        id=row.repl_id,
        fence=row.repl_fence,
        version=row.repl_version,
        snapshot=row.repl_snapshot,
        engine=EngineName(row.repl_engine) if row.repl_engine else None,
        replay=replay,
        lost=row.repl_lost,
    )


def can_replay(connection: Connection, repl_id: int) -> bool:
    """Whether what a replay would take is within bounds."""
    found = connection.execute(text(_SIZE), {"repl": repl_id}).one()
    return bool(found.runs <= MAX_REPLAY and found.bytes <= MAX_REPLAY_BYTES)


def spawn_from(row: Row[Any], repl: str | None) -> SpawnREPL:
    """The tool that stands in the columns of a task and its payload."""
    return SpawnREPL(
        row.task_id,
        TaskType(row.task_type),
        row.code,
        row.context_data,
        row.timeout_seconds,
        repl,
        EngineName(row.engine),
    )


def _replay(connection: Connection, repl_id: int) -> tuple[ReplayedTask, ...]:
    inputs: dict[UUID, tuple[Input, ...]] = {}
    earlier: dict[tuple[UUID, int], tuple[REPLResult, ...]] = {}
    replay = []
    for run in connection.execute(text(_REPLAY), {"repl": repl_id}).all():
        of, step = run.orchestration_id, (run.orchestration_id, run.step)
        if of not in inputs:
            inputs[of] = inputs_of(connection, of)
        if step not in earlier:
            earlier[step] = results_before(connection, *step)
        replay.append(ReplayedTask(spawn_from(run, run.name), run.is_success, inputs[of], earlier[step]))
    return tuple(replay)
