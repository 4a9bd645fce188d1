"""The order of orchestrations in a session."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

# The update locks the session's row, first of all locks; the number is taken only if the orchestration is new.
_LOCK = """
INSERT INTO sessions (tenant, name) VALUES (:tenant, :name)
ON CONFLICT (tenant, name) DO UPDATE SET last_used_at = replwright_now() RETURNING id, next_number
"""
_TAKE = "UPDATE sessions SET next_number = next_number + 1 WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Place:
    session_id: int
    number: int


def next_place(connection: Connection, tenant: str, name: str) -> Place:
    """The next place in this session, which is made if it is new, and locked."""
    row = connection.execute(text(_LOCK), {"tenant": tenant, "name": name}).one()
    return Place(row.id, row.next_number)


def take_place(connection: Connection, place: Place) -> None:
    connection.execute(text(_TAKE), {"id": place.session_id})
