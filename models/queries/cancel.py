"""Cancel an orchestration."""

from uuid import UUID

from sqlalchemy import Connection

from models.queries.end import end
from models.queries.locks import lock_orchestration
from orchestration.errors import NotFound
from orchestration.states import Reason


def cancel(connection: Connection, orchestration_id: UUID) -> bool:
    """True if this ended it; False if it was over before. Raises NotFound."""
    locked = lock_orchestration(connection, orchestration_id)
    if locked is None:
        raise NotFound(f"there is no orchestration {orchestration_id}", "see `replwright list`")
    if locked.is_terminal:
        return False
    end(connection, locked, Reason.CANCELLED, detail="cancelled on request")
    return True
