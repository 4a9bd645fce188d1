"""Cancel an orchestration."""

from uuid import UUID

from sqlalchemy import Connection

from models.queries.end import end
from models.queries.locks import lock_named
from orchestration.states import Reason


def cancel(connection: Connection, orchestration_id: UUID) -> bool:
    """True if this ended it; False if it was over before. Raises NotFound, NewerRow."""
    locked = lock_named(connection, orchestration_id)
    if locked.is_terminal:
        return False
    end(connection, locked, Reason.CANCELLED, detail="cancelled on request")
    return True
