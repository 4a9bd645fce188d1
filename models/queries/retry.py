"""Retry: what failed or was cancelled goes on, under the same id, from the step that failed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.close import close
from models.queries.events import emit
from models.queries.hints import dispatch_hint, step_hint
from models.queries.limits import limits_from
from models.queries.locks import Locked, lock_named
from models.queries.quota import check_quotas
from models.queries.rebuild import rebuild_states
from models.queries.retention import keep_states_of
from models.rows import ROW_VERSION, check_known
from models.timing import Timing
from orchestration.again import check_retry, first_call_after
from orchestration.records import Hint, Submitted
from orchestration.states import EventName, Reason, Status

_RETRIES = "SELECT retries, schema_version FROM orchestrations WHERE id = :id"
# The session's row comes first in the order of locks; with it no other orchestration can join the session meanwhile.
_SESSION = """
SELECT session.id FROM sessions session
WHERE session.id = (SELECT session_id FROM orchestrations WHERE id = :id) FOR NO KEY UPDATE
"""
_HEAD = """
SELECT orchestration.tenant, orchestration.reason, orchestration.retries, payload.limits,
       EXISTS (SELECT FROM orchestrations later
               WHERE later.session_id = orchestration.session_id
                 AND later.session_number > orchestration.session_number) AS later_in_session
FROM orchestrations orchestration JOIN orchestration_payloads payload ON payload.orchestration_id = orchestration.id
WHERE orchestration.id = :id
"""
_FAILED = """
SELECT step.id, step.ordinal, step.first_call, step.task_id, step.parent_task_id,
       coalesce((SELECT max(repair) + 1 FROM model_calls call
                 WHERE call.orchestration_id = :id AND call.step_id = step.id), 0) AS next_call,
       step.status = 'failed' AND EXISTS (
           SELECT FROM repl_tasks task
           WHERE task.orchestration_id = :id AND task.step_id = step.id AND task.plan_attempt = step.plan_attempt
             AND task.state IN ('done', 'cancelled')) AS was_waiting
FROM steps step WHERE step.orchestration_id = :id ORDER BY step.ordinal DESC LIMIT 1
"""
_OPEN = """
UPDATE orchestrations
SET status = :status, reason = NULL, ended_at = NULL, retries = retries + 1,
    schema_version = greatest(schema_version, :version),
    deadline_at = replwright_now() + make_interval(secs => :deadline_s)
WHERE id = :id
"""
_UNSAID = "UPDATE orchestration_payloads SET answer = NULL, detail = NULL WHERE orchestration_id = :id"
_READY = """
UPDATE steps
SET status = 'ready', tries = 0, losses = 0, process_id = NULL, claim = NULL, claimed_until = NULL,
    first_call = :first_call, due_at = replwright_now(), nudges = 0,
    nudge_at = replwright_now() + make_interval(secs => :nudge_s)
WHERE id = :step
"""
_WAITING = """
UPDATE steps
SET status = 'waiting', tries = 0, losses = 0, claimed_until = NULL, nudges = 0,
    nudge_at = replwright_now() + make_interval(secs => :nudge_s)
WHERE id = :step
"""
# Exactly the unfinished ones: what landed stays. They queue up again behind the oldest turn, as a new plan's would.
_TASKS = """
UPDATE repl_tasks task
SET state = 'pending', tries = 0, losses = 0, process_id = NULL, claim = NULL, claimed_until = NULL, started_at = NULL,
    turn = (SELECT coalesce(min(turn), 0) FROM repl_tasks WHERE state = 'pending') + task.ordinal
FROM steps step
WHERE step.id = :step AND task.orchestration_id = step.orchestration_id AND task.step_id = step.id
  AND task.plan_attempt = step.plan_attempt AND task.state = 'cancelled'
"""


def retries_of(connection: Connection, orchestration_id: UUID) -> int:
    """How often it was tried again. Raises NotFound, NewerRow."""
    row = connection.execute(text(_RETRIES), {"id": orchestration_id}).one_or_none()
    check_known(orchestration_id, row.schema_version if row else None)
    assert row
    return int(row.retries)


def retry(connection: Connection, orchestration_id: UUID, retries: int, timing: Timing) -> Submitted:
    """`retries` is how many there were when somebody asked: where there are more, that wish has been met.

    So a second run after an unknown commit finds the first. Raises NotFound, NewerRow, BadInput.
    """
    of = {"id": orchestration_id}
    connection.execute(text(_SESSION), of)
    locked = lock_named(connection, orchestration_id)
    head = connection.execute(text(_HEAD), of).one()
    if head.retries > retries:
        return Submitted(orchestration_id, created=False)
    reason = Reason(head.reason) if head.reason else None
    check_retry(locked.status, reason, later_in_session=head.later_in_session)
    assert reason
    step = connection.execute(text(_FAILED), of).one()
    status = Status.WAITING if step.was_waiting and step.ordinal > 0 else Status.QUEUED
    opened = {"status": status.value, "version": ROW_VERSION, "deadline_s": limits_from(head.limits).deadline_s}
    connection.execute(text(_OPEN), {**of, **opened})
    check_quotas(connection, head.tenant)
    connection.execute(text(_UNSAID), of)
    again = {"step": step.ordinal, "after": reason.value, "retries": head.retries + 1}
    emit(connection, orchestration_id, (EventName.RETRIED, again))
    hints = (
        _wait(connection, locked, step, timing) if step.was_waiting else _plan(connection, locked, step, head, timing)
    )
    # First the lock on the states: what the sweep forgets it has forgotten by then, and it comes to nothing more.
    keep_states_of(connection, orchestration_id)
    rebuild_states(connection, orchestration_id)
    return Submitted(orchestration_id, created=True, hints=hints)


def _wait(connection: Connection, locked: Locked, step: Row[Any], timing: Timing) -> tuple[Hint, ...]:
    """The plan was committed: what of it has no result yet runs."""
    connection.execute(text(_WAITING), {"step": step.id, "nudge_s": timing.nudge_s})
    pending = connection.execute(text(_TASKS), {"step": step.id}).rowcount
    return (dispatch_hint(locked, step.task_id),) if pending else close(connection, locked, step.id, timing)


def _plan(connection: Connection, locked: Locked, step: Row[Any], head: Row[Any], timing: Timing) -> tuple[Hint, ...]:
    """The step is to be planned: by the replies that there are, unless it was one of them that led to the end."""
    first_call = first_call_after(Reason(head.reason), step.first_call, step.next_call)
    connection.execute(text(_READY), {"step": step.id, "first_call": first_call, "nudge_s": timing.nudge_s})
    return (step_hint(locked, step.ordinal, step.parent_task_id),)
