"""Read the story of an orchestration: its events, and who the processes were that they name."""

from uuid import UUID

from sqlalchemy import Connection, text

from orchestration.story import TOLD, tell
from orchestration.views import AttemptView, Event

_EVENTS = """
SELECT seq, name, at, data FROM events
WHERE orchestration_id = :id AND name = ANY(CAST(:names AS text[])) ORDER BY seq
"""
_PROCESSES = "SELECT id, kind, node, pid, release FROM processes WHERE id = ANY(CAST(:ids AS bigint[]))"


def read_story(connection: Connection, orchestration_id: UUID) -> tuple[AttemptView, ...]:
    """Each attempt at a step and at a task, in the order in which they began."""
    rows = connection.execute(text(_EVENTS), {"id": orchestration_id, "names": [name.value for name in TOLD]})
    events = [Event(row.seq, row.name, row.at, row.data) for row in rows]
    ids = {event.data["process"] for event in events if event.data.get("process")}
    named = {}
    if ids:
        for row in connection.execute(text(_PROCESSES), {"ids": sorted(ids)}):
            named[row.id] = f"{row.kind} {row.id} on {row.node} (pid {row.pid}, release {row.release})"
    return tell(events, named)
