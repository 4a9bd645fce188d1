"""End an orchestration whose deadline has passed: by the sweep, or by whoever would go on with it first."""

from sqlalchemy import Connection, text

from models.queries.end import end
from models.queries.locks import Locked
from orchestration.states import Reason

_PAST = "SELECT deadline_at <= replwright_now() FROM orchestrations WHERE id = :id"


def end_if_overdue(connection: Connection, locked: Locked) -> bool:
    """Whether it was overdue, and has ended. The caller has seen that it is open."""
    overdue = bool(connection.execute(text(_PAST), {"id": locked.id}).scalar())
    if overdue:
        end(connection, locked, Reason.DEADLINE_EXCEEDED, detail="the deadline passed before there was an answer")
    return overdue
