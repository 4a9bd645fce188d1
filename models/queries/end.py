"""End an orchestration: its status, its answer, and the cancelling of all that is still open, in one transaction."""

from sqlalchemy import Connection, text

from models.queries.events import emit
from models.queries.locks import Locked
from models.queries.retention import forget_states_of, keep_states_of
from models.queries.stops import stop
from models.text import clean_or_none
from orchestration.states import EventName, Reason, Status

_END = """
UPDATE orchestrations SET status = :status, reason = :reason, ended_at = replwright_now() WHERE id = :id
"""
_ANSWER = """
UPDATE orchestration_payloads SET answer = :answer, detail = :detail WHERE orchestration_id = :id
"""
_STEPS = """
UPDATE steps SET status = 'failed', claimed_until = NULL
WHERE orchestration_id = :id AND status IN ('ready', 'planning', 'waiting')
"""
_TASKS = """
UPDATE repl_tasks SET state = 'cancelled', claimed_until = NULL
WHERE orchestration_id = :id AND state IN ('pending', 'running') RETURNING id, process_id
"""

MAX_DETAIL_CHARS = 4000


def end(
    connection: Connection,
    locked: Locked,
    reason: Reason,
    answer: str | None = None,
    detail: str | None = None,
    why: str | None = None,
) -> None:
    """The caller holds the lock and has seen that the orchestration is open.

    `why` says what became of the attempt at its step that goes on, where the end is not that attempt's own.
    """
    connection.execute(text(_END), {"id": locked.id, "status": reason.status.value, "reason": reason.value})
    said = {"answer": clean_or_none(answer), "detail": clean_or_none(detail and detail[:MAX_DETAIL_CHARS])}
    connection.execute(text(_ANSWER), {"id": locked.id, **said})
    connection.execute(text(_STEPS), {"id": locked.id})
    cancelled = connection.execute(text(_TASKS), {"id": locked.id}).all()
    stop(connection, [(row.process_id, row.id) for row in cancelled if row.process_id is not None])
    forget_or_keep = forget_states_of if reason.status is Status.SUCCEEDED else keep_states_of
    forget_or_keep(connection, locked.id)
    emit(
        connection,
        locked.id,
        (
            EventName.ENDED,
            {
                "status": reason.status.value,
                "reason": reason.value,
                "detail": said["detail"],
                "why": why,
                "tasks_cancelled": len(cancelled),
            },
        ),
    )
