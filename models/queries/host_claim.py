"""A host claims REPL tasks for its free slots."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.locks import KNOWN
from models.timing import Timing

_LIVE = "SELECT EXISTS (SELECT FROM processes WHERE id = :process AND ended_at IS NULL)"

# A library caller's hold on a named REPL (`repl` in the query), as long as it lives and has not hung.
HELD = """
repl.claim IS NOT NULL AND repl.claimed_until > replwright_now()
AND EXISTS (SELECT FROM processes holder WHERE holder.id = repl.process_id AND holder.ended_at IS NULL)
"""
# This locks rows that nobody else holds and waits for nothing, so the lock order holds. A task whose orchestration
# ended meanwhile is refused at landing. Once no earlier task of a named REPL is open, none will ever be again: seats
# are given in the order of commits. So what this statement's snapshot shows of that still holds under the locks.
_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT id, named_repl_id FROM repl_tasks task
    WHERE state = 'pending' AND {KNOWN.format(id="task.orchestration_id")} AND (named_repl_id IS NULL OR NOT EXISTS (
        SELECT FROM repl_tasks earlier
        WHERE earlier.named_repl_id = task.named_repl_id AND earlier.seq < task.seq
          AND earlier.state IN ('pending', 'running')
        UNION ALL
        SELECT FROM named_repls repl WHERE repl.id = task.named_repl_id AND {HELD}))
    ORDER BY turn, id LIMIT :free FOR NO KEY UPDATE OF task SKIP LOCKED),
taken AS MATERIALIZED (
    SELECT repl.id FROM named_repls repl WHERE repl.id IN (SELECT named_repl_id FROM due) AND NOT ({HELD})
    FOR NO KEY UPDATE OF repl SKIP LOCKED),
fenced AS (
    UPDATE named_repls
    SET fence = fence + 1, process_id = :process, claim = NULL, claimed_until = NULL, last_used_at = replwright_now()
    FROM taken WHERE named_repls.id = taken.id)
UPDATE repl_tasks task
SET state = 'running', attempt = task.attempt + 1, tries = task.tries + 1, process_id = :process, claim = :claim,
    started_at = replwright_now(), claimed_until = replwright_now() + make_interval(secs => task.timeout_s + :grace_s)
FROM due WHERE task.id = due.id AND (due.named_repl_id IS NULL OR due.named_repl_id IN (SELECT id FROM taken))
"""  # noqa: S608
_CLAIMED = """
SELECT orchestration_id, min(turn) AS turn FROM repl_tasks
WHERE state = 'running' AND process_id = :process AND claim = :claim
GROUP BY orchestration_id ORDER BY turn, orchestration_id
"""


def claim_due(connection: Connection, process_id: int, free: int, claim: UUID, timing: Timing) -> Sequence[UUID]:
    """The orchestrations of which tasks now run under `claim`. A second run after an unknown commit finds its own."""
    ours = {"process": process_id, "claim": claim}
    found = connection.execute(text(_CLAIMED), ours).scalars().all()
    if found or not connection.execute(text(_LIVE), {"process": process_id}).scalar():
        return found
    connection.execute(text(_CLAIM), {**ours, "free": free, "grace_s": timing.task_grace_s})
    return connection.execute(text(_CLAIMED), ours).scalars().all()
