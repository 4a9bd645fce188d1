"""Seats: the places of a plan's tasks in the order of the named REPLs that they run in, made on demand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.queries.locks import Locked

_TAKE = """
INSERT INTO named_repls ({owner}, name, next_seq)
SELECT :owner, name, 1 + many FROM unnest(CAST(:names AS text[]), CAST(:counts AS bigint[])) AS asked (name, many)
ORDER BY name
ON CONFLICT ({owner}, name) DO UPDATE
SET next_seq = named_repls.next_seq + excluded.next_seq - 1, last_used_at = replwright_now()
RETURNING id, name, next_seq
"""
_IN_SESSION = _TAKE.format(owner="session_id")
_IN_ORCHESTRATION = _TAKE.format(owner="orchestration_id")


@dataclass(frozen=True, slots=True)
class Seat:
    named_repl_id: int
    seq: int


def take_seats(connection: Connection, locked: Locked, names: Sequence[str | None]) -> list[Seat | None]:
    """One for each name, in the order of the plan; None for a fresh REPL.

    A session owns its named REPLs, else the orchestration does. The rows stay locked, so that a lower seat is always
    committed before a higher one is given.
    """
    counts = Counter(name for name in names if name is not None)
    if not counts:
        return [None] * len(names)
    asked = {
        "owner": locked.id if locked.session_id is None else locked.session_id,
        "names": list(counts),
        "counts": list(counts.values()),
    }
    query = _IN_ORCHESTRATION if locked.session_id is None else _IN_SESSION
    rows = {row.name: row for row in connection.execute(text(query), asked)}
    following = {name: rows[name].next_seq - count for name, count in counts.items()}
    seats: list[Seat | None] = []
    for name in names:
        if name is None:
            seats.append(None)
            continue
        seats.append(Seat(rows[name].id, following[name]))
        following[name] += 1
    return seats
