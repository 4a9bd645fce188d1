"""Processes: they register, beat, and leave; the ones that stop beating are given up."""

from sqlalchemy import Connection, text

from models.queries.stops import forget_stops, read_stops
from models.text import clean
from models.timing import Timing
from orchestration.records import Pulse

_REGISTER = """
INSERT INTO processes (kind, node, pid, release) VALUES (:kind, :node, :pid, :release) RETURNING id
"""
_PULSE = "UPDATE processes SET seen_at = replwright_now() WHERE id = :process AND ended_at IS NULL RETURNING id"
_LEAVE = "UPDATE processes SET ended_at = replwright_now() WHERE id = :process AND ended_at IS NULL"
_GIVE_UP = """
WITH silent AS MATERIALIZED (
    SELECT id FROM processes
    WHERE ended_at IS NULL AND seen_at < replwright_now() - make_interval(secs => :dead_s)
    ORDER BY id LIMIT :most FOR NO KEY UPDATE SKIP LOCKED)
UPDATE processes SET ended_at = replwright_now(), lost = true FROM silent WHERE processes.id = silent.id
RETURNING processes.id
"""


def register(connection: Connection, kind: str, node: str, pid: int, release: str) -> int:
    """The number of a new incarnation."""
    values = {"kind": clean(kind), "node": clean(node), "pid": pid, "release": clean(release)}
    return int(connection.execute(text(_REGISTER), values).scalar_one())


def pulse(connection: Connection, process_id: int, timing: Timing) -> Pulse:
    """Renew, and learn which running tasks to stop."""
    alive = connection.execute(text(_PULSE), {"process": process_id}).scalar_one_or_none() is not None
    return Pulse(alive, read_stops(connection, process_id, timing.stop_s))


def leave(connection: Connection, process_id: int) -> None:
    """The process is over; what it held was released before."""
    connection.execute(text(_LEAVE), {"process": process_id})
    forget_stops(connection, [process_id])


def give_up_silent(connection: Connection, limit: int, timing: Timing) -> int:
    """Processes without a heartbeat are over. Their claims are returned by the sweeps that follow."""
    given_up = connection.execute(text(_GIVE_UP), {"dead_s": timing.dead_after_s, "most": limit}).scalars().all()
    forget_stops(connection, given_up)
    return len(given_up)
