"""Named REPLs whose states are to be led to by running their code again: those of a fork, or of a late retry."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.replay import MAX_REPLAY, MAX_REPLAY_BYTES, can_replay

# What the landed runs of each REPL say of its state: the version that they led to, and whether it was lost on the way.
LED_TO = """
SELECT task.named_repl_id AS repl, max(done.state_version) AS fence,
       max(done.state_version) FILTER (WHERE done.state_kind IN ('saved', 'too_big')) AS version,
       (array_agg(done.engine ORDER BY task.seq DESC) FILTER (WHERE done.state_kind IN ('saved', 'too_big')))[1]
           AS engine,
       bool_or(done.state_kind = 'lost') AS lost
FROM repl_tasks task JOIN repl_task_results done ON done.repl_task_id = task.id
WHERE task.orchestration_id = :orchestration AND task.named_repl_id IS NOT NULL AND task.state = 'done'
GROUP BY task.named_repl_id
"""
# The state as a number of runs, without a snapshot. One that is there, or lost, is left as it is.
_REBUILD = f"""
WITH led_to AS MATERIALIZED ({LED_TO})
UPDATE named_repls
SET state = CASE WHEN led_to.lost THEN 'lost' ELSE 'too_big' END,
    lost_reason = CASE WHEN led_to.lost THEN 'it was lost before' END,
    version = coalesce(led_to.version, 0), fence = greatest(named_repls.fence, led_to.fence),
    engine = CASE WHEN led_to.engine IN ('cpython', 'rust') THEN led_to.engine END,
    last_used_at = replwright_now()
FROM led_to
WHERE named_repls.id = led_to.repl AND named_repls.orchestration_id = :orchestration AND named_repls.state = 'empty'
  AND (led_to.version IS NOT NULL OR led_to.lost)
RETURNING named_repls.id
"""  # noqa: S608
_LOSE = "UPDATE named_repls SET state = 'lost', lost_reason = :why WHERE id = :id AND state <> 'lost'"

_TOO_MUCH = (
    "its last snapshot is gone, and what led to it is too much to be run again"
    f" (at most {MAX_REPLAY} runs, with {MAX_REPLAY_BYTES} bytes of code and context)"
)


def rebuild_states(connection: Connection, orchestration_id: UUID) -> None:
    """Of the orchestration's own REPLs that are empty though tasks of it landed in them. The caller holds its lock."""
    rebuilt = connection.execute(text(_REBUILD), {"orchestration": orchestration_id}).scalars().all()
    for repl_id in rebuilt:
        if not can_replay(connection, repl_id):
            connection.execute(text(_LOSE), {"id": repl_id, "why": _TOO_MUCH})
