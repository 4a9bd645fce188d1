"""Processes: they register, beat, and leave; the ones that stop beating are given up."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.queries.stops import forget_stops, read_stops
from models.revision import check_revision
from models.text import clean
from models.timing import Timing
from orchestration.records import Neighbour, Pulse, StepClaim

MAX_PROBLEMS = 20
MAX_PROBLEM_CHARS = 500

_REGISTER = """
INSERT INTO processes (kind, node, pid, release, machine, pid_started, queues)
VALUES (:kind, :node, :pid, :release, :machine, :started, CAST(:queues AS jsonb)) RETURNING id
"""
# The row is written anew at each beat, so that the problems, unchanged most often, cost nothing more.
_PULSE = """
UPDATE processes SET seen_at = replwright_now(), problems = CAST(:problems AS jsonb)
WHERE id = :process AND ended_at IS NULL RETURNING id
"""
# A repair raises the fence of a claim that goes on, so that ours may stand above what we said.
_LOST = """
SELECT held.step FROM unnest(CAST(:steps AS bigint[]), CAST(:attempts AS int[])) AS held (step, attempt)
WHERE NOT EXISTS (
    SELECT FROM steps WHERE id = held.step AND status = 'planning' AND process_id = :process
      AND plan_attempt >= held.attempt)
ORDER BY held.step
"""
NEIGHBOURS = """
SELECT id, pid, pid_started FROM processes
WHERE ended_at IS NULL AND machine = :machine AND pid_started IS NOT NULL ORDER BY id
"""
_LEAVE = "UPDATE processes SET ended_at = replwright_now() WHERE id = :process AND ended_at IS NULL"
_GIVE_UP_SILENT = """
WITH silent AS MATERIALIZED (
    SELECT id FROM processes
    WHERE ended_at IS NULL AND seen_at < replwright_now() - make_interval(secs => :dead_s)
    ORDER BY id LIMIT :most FOR NO KEY UPDATE SKIP LOCKED)
UPDATE processes SET ended_at = replwright_now(), lost = true FROM silent WHERE processes.id = silent.id
RETURNING processes.id
"""
_GIVE_UP = """
WITH gone AS MATERIALIZED (
    SELECT id FROM processes WHERE ended_at IS NULL AND id = ANY(CAST(:processes AS bigint[]))
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE processes SET ended_at = replwright_now(), lost = true FROM gone WHERE processes.id = gone.id
RETURNING processes.id
"""


def register(
    connection: Connection,
    kind: str,
    node: str,
    pid: int,
    release: str,
    machine: str | None,
    pid_started: int | None,
    queues: Sequence[str],
) -> int:
    """The number of a new incarnation. Raises ServiceMissing unless this release can work with the schema."""
    check_revision(connection)
    values = {"kind": clean(kind), "node": clean(node), "pid": pid, "release": clean(release)}
    values |= {"machine": machine, "started": pid_started, "queues": json.dumps(list(queues))}
    return int(connection.execute(text(_REGISTER), values).scalar_one())


def pulse(
    connection: Connection, process_id: int, held: Sequence[StepClaim], problems: Sequence[str], timing: Timing
) -> Pulse:
    """Renew, and learn which running tasks to stop, and which of the steps we hold are not ours any more."""
    shown = [clean(problem[:MAX_PROBLEM_CHARS]) for problem in problems[:MAX_PROBLEMS]]
    beat = {"process": process_id, "problems": json.dumps(shown)}
    alive = connection.execute(text(_PULSE), beat).scalar_one_or_none() is not None
    return Pulse(alive, read_stops(connection, process_id, timing.stop_s), _lost(connection, process_id, held))


def _lost(connection: Connection, process_id: int, held: Sequence[StepClaim]) -> tuple[int, ...]:
    if not held:
        return ()
    values = {"steps": [claim.step_id for claim in held], "attempts": [claim.plan_attempt for claim in held]}
    return tuple(connection.execute(text(_LOST), {"process": process_id, **values}).scalars())


def neighbours(connection: Connection, machine: str) -> list[Neighbour]:
    """The processes of this machine that are not known to be over."""
    rows = connection.execute(text(NEIGHBOURS), {"machine": machine})
    return [Neighbour(row.id, row.pid, row.pid_started) for row in rows]


def leave(connection: Connection, process_id: int) -> None:
    """The process is over; what it held was released before."""
    connection.execute(text(_LEAVE), {"process": process_id})
    forget_stops(connection, [process_id])


def give_up_silent(connection: Connection, limit: int, timing: Timing) -> int:
    """Processes without a heartbeat are over. Their claims are returned by the sweeps that follow."""
    silent = {"dead_s": timing.dead_after_s, "most": limit}
    given_up = connection.execute(text(_GIVE_UP_SILENT), silent).scalars().all()
    forget_stops(connection, given_up)
    return len(given_up)


def give_up(connection: Connection, process_ids: Sequence[int]) -> int:
    """The same for processes that were seen to be gone; returns how many were not known to be."""
    given_up = connection.execute(text(_GIVE_UP), {"processes": list(process_ids)}).scalars().all()
    forget_stops(connection, given_up)
    return len(given_up)
