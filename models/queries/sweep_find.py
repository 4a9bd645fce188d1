"""What a sweep has to look at. Every query reads a partial index of due work, so finished jobs cost nothing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.locks import KNOWN
from models.rows import ROW_VERSION

_OVERDUE = f"""
SELECT id FROM orchestrations
WHERE ended_at IS NULL AND deadline_at <= replwright_now() AND schema_version <= {ROW_VERSION}
ORDER BY deadline_at LIMIT :most
"""  # noqa: S608
_STEPS = f"""
SELECT step.orchestration_id, step.id, step.plan_attempt FROM steps step
LEFT JOIN processes process ON process.id = step.process_id
WHERE step.status = 'planning'
  AND (step.claimed_until <= replwright_now() OR process.id IS NULL OR process.ended_at IS NOT NULL)
  AND {KNOWN.format(id="step.orchestration_id")}
ORDER BY step.process_id LIMIT :most
"""  # noqa: S608
_TASKS = f"""
SELECT DISTINCT task.orchestration_id FROM repl_tasks task
LEFT JOIN processes process ON process.id = task.process_id
WHERE task.state = 'running'
  AND (task.claimed_until <= replwright_now() OR process.id IS NULL OR process.ended_at IS NOT NULL)
  AND {KNOWN.format(id="task.orchestration_id")}
ORDER BY task.orchestration_id LIMIT :most
"""  # noqa: S608
_WAITING = f"""
SELECT orchestration_id, id FROM steps WHERE status = 'waiting' AND nudge_at <= replwright_now()
  AND {KNOWN.format(id="orchestration_id")}
ORDER BY nudge_at LIMIT :most
"""  # noqa: S608


def overdue_orchestrations(connection: Connection, limit: int) -> Sequence[UUID]:
    """Past their deadline, queued ones too."""
    return connection.execute(text(_OVERDUE), {"most": limit}).scalars().all()


def lost_steps(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Claimed by a process that is over, or for too long."""
    return connection.execute(text(_STEPS), {"most": limit}).all()


def orchestrations_with_lost_tasks(connection: Connection, limit: int) -> Sequence[UUID]:
    """With tasks claimed by a host that is over, or for too long."""
    return connection.execute(text(_TASKS), {"most": limit}).scalars().all()


def quiet_waiting_steps(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Waiting for results, and not looked at for a while."""
    return connection.execute(text(_WAITING), {"most": limit}).all()
