"""Copy the landed steps of an orchestration into its fork: plans, tasks, results, artifacts, messages, named REPLs."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.rebuild import rebuild_states
from models.tables import ReplTaskPayload, ReplTaskResult

_STEPS = """
INSERT INTO steps (orchestration_id, ordinal, status, plan_attempt, tries, losses, created_at, due_at, nudge_at)
SELECT :new, ordinal, status, plan_attempt, tries, losses, created_at, due_at, nudge_at
FROM steps WHERE orchestration_id = :old AND ordinal < :step AND status = 'landed'
"""
_MESSAGES = """
INSERT INTO messages (orchestration_id, step_id, text, created_at)
SELECT :new, copied.id, message.text, message.created_at
FROM messages message JOIN steps step ON step.id = message.step_id
JOIN steps copied ON copied.orchestration_id = :new AND copied.ordinal = step.ordinal
WHERE message.orchestration_id = :old ORDER BY message.id
"""
# The sweep forgets no state whose row is locked.
_LOCK_REPLS = "SELECT id FROM named_repls WHERE orchestration_id = :old ORDER BY id FOR NO KEY UPDATE"
_OF_COPIED = """
FROM repl_tasks task JOIN steps step ON step.id = task.step_id AND step.plan_attempt = task.plan_attempt
JOIN steps copied ON copied.orchestration_id = :new AND copied.ordinal = step.ordinal
"""
# Without its state: that is copied below, or led to again.
_REPLS = f"""
INSERT INTO named_repls (orchestration_id, name, fence, next_seq, engine)
SELECT :new, repl.name, repl.fence, max(task.seq) + 1, NULL
{_OF_COPIED} JOIN named_repls repl ON repl.id = task.named_repl_id
WHERE task.orchestration_id = :old AND task.state = 'done' GROUP BY repl.id ORDER BY repl.name
"""
_TASKS = f"""
INSERT INTO repl_tasks (orchestration_id, step_id, ordinal, task_id, kind, plan_attempt, attempt, tries, losses, state,
                        turn, timeout_s, named_repl_id, seq, process_id, created_at, started_at, landed_at)
SELECT :new, copied.id, task.ordinal, task.task_id, task.kind, task.plan_attempt, task.attempt, task.tries,
       task.losses, task.state, task.turn, task.timeout_s,
       (SELECT own.id FROM named_repls repl JOIN named_repls own ON own.orchestration_id = :new AND own.name = repl.name
        WHERE repl.id = task.named_repl_id),
       task.seq, task.process_id, task.created_at, task.started_at, task.landed_at
{_OF_COPIED}
WHERE task.orchestration_id = :old AND task.state = 'done' ORDER BY task.id
"""  # noqa: S608
_OF_EACH = """
JOIN repl_tasks task ON task.id = {row}.repl_task_id
JOIN repl_tasks own ON own.orchestration_id = :new AND own.kind = task.kind AND own.task_id = task.task_id
WHERE task.orchestration_id = :old AND task.state = 'done'
"""
# A state that stands where the copied steps left it, which is so where no later step ran in that REPL.
_STATES = """
UPDATE named_repls own
SET state = repl.state, version = repl.version, snapshot = repl.snapshot, snapshot_version = repl.snapshot_version,
    engine = repl.engine, unsaved = repl.unsaved, lost_reason = repl.lost_reason
FROM named_repls repl
WHERE own.orchestration_id = :new AND repl.orchestration_id = :old AND repl.name = own.name
  AND repl.state IN ('saved', 'too_big') AND repl.version = (
      SELECT max(done.state_version) FROM repl_tasks task JOIN repl_task_results done ON done.repl_task_id = task.id
      WHERE task.named_repl_id = own.id AND done.state_kind IN ('saved', 'too_big'))
"""


def _rows_of_each(table: str, columns: list[str]) -> str:
    names = ", ".join(columns)
    own = ", ".join(f"{table}.{column}" for column in columns)
    return f"""
INSERT INTO {table} (repl_task_id, {names})
SELECT own.id, {own} FROM {table} {_OF_EACH.format(row=table)}
"""  # noqa: S608


def _columns(table: type[ReplTaskPayload] | type[ReplTaskResult]) -> list[str]:
    return [column.name for column in table.__table__.columns if column.name != "repl_task_id"]


_ROWS = (
    _rows_of_each("repl_task_payloads", _columns(ReplTaskPayload)),
    _rows_of_each("repl_task_results", _columns(ReplTaskResult)),
    _rows_of_each("blob_uses", ["blob"]),
)


def copy_steps(connection: Connection, old: UUID, new: UUID, step: int) -> None:
    """Those before `step`. The caller holds the lock of `old`, which has ended, and has inserted `new`.

    Model calls are not copied: what they cost belongs to the original. Task ids and ordinals stay the same.
    """
    of = {"old": old, "new": new}
    connection.execute(text(_STEPS), {**of, "step": step})
    connection.execute(text(_MESSAGES), of)
    connection.execute(text(_LOCK_REPLS), {"old": old})
    for statement in (_REPLS, _TASKS, *_ROWS, _STATES):
        connection.execute(text(statement), of)
    rebuild_states(connection, new)
