"""Events of an orchestration: numbered under its lock, so that there are no gaps and no reordering."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.rows import check_known
from models.text import clean_json
from orchestration.states import EventName
from orchestration.views import Event

# No counter on the row: the highest number is one look at the end of the primary key.
_EMIT = """
INSERT INTO events (orchestration_id, seq, name, data)
SELECT :orchestration, (SELECT coalesce(max(seq), 0) FROM events WHERE orchestration_id = :orchestration) + new.n,
       new.name, CAST(new.data AS jsonb)
FROM unnest(CAST(:names AS text[]), CAST(:data AS text[])) WITH ORDINALITY AS new (name, data, n)
"""
_VERSION = "SELECT schema_version FROM orchestrations WHERE id = :orchestration"

MAX_READ = 1000


def emit(connection: Connection, orchestration_id: UUID, *events: tuple[EventName, dict[str, Any]]) -> None:
    """Append events. The caller holds the orchestration's lock, and emits last."""
    if events:
        connection.execute(
            text(_EMIT),
            {
                "orchestration": orchestration_id,
                "names": [name.value for name, _ in events],
                "data": [json.dumps(clean_json(data)) for _, data in events],
            },
        )


def task_returned(row: Row[Any], process_id: int, why: str) -> tuple[EventName, dict[str, Any]]:
    """The event of a task (`step`, `task_id`, `attempt`) that runs no more in this process, and is pending again."""
    told = {"step": row.step, "task_id": row.task_id, "attempt": row.attempt, "why": why, "process": process_id}
    return EventName.TASK_RETURNED, told


def read_events(connection: Connection, orchestration_id: UUID, after: int) -> Sequence[Event]:
    """The events numbered above `after`, at most MAX_READ of them. Raises NewerRow."""
    version = connection.execute(text(_VERSION), {"orchestration": orchestration_id}).scalar_one_or_none()
    if version is None:
        return []
    check_known(orchestration_id, version)
    rows = connection.execute(
        text(
            "SELECT seq, name, at, data FROM events WHERE orchestration_id = :orchestration AND seq > :after"
            " ORDER BY seq LIMIT :most"
        ),
        {"orchestration": orchestration_id, "after": after, "most": MAX_READ},
    )
    return [Event(row.seq, row.name, row.at, row.data) for row in rows]
