"""Delete what nobody will come back to: old states of named REPLs, and old entries of the execution log.

What succeeded is not tried again, so its states go at once. What failed or was cancelled may be, from its last states.
"""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.executions import forget_executions
from models.queries.host_claim import HELD
from models.queries.keep_state import EMPTIED
from models.rows import ROW_VERSION
from models.timing import Timing

# A look that locks nothing: most sweeps find nothing here.
_IS_DUE = """
SELECT EXISTS (SELECT FROM named_repls
               WHERE state <> 'empty' AND last_used_at < replwright_now() - make_interval(secs => :states_s)) AS states,
       EXISTS (SELECT FROM executions WHERE at < replwright_now() - make_interval(secs => :log_s)) AS log
"""
_FORGET = f"""
UPDATE named_repls SET {EMPTIED} WHERE orchestration_id = :orchestration AND state <> 'empty'
"""  # noqa: S608
_KEEP = "UPDATE named_repls SET last_used_at = replwright_now() WHERE orchestration_id = :orchestration"
_OLD = f"""
WITH old AS MATERIALIZED (
    SELECT repl.id FROM named_repls repl
    WHERE repl.state <> 'empty' AND repl.last_used_at < replwright_now() - make_interval(secs => :keep_s)
      AND NOT ({HELD}) AND NOT EXISTS (
        SELECT FROM orchestrations owner
        WHERE owner.id = repl.orchestration_id AND (owner.ended_at IS NULL OR owner.schema_version > {ROW_VERSION}))
      AND NOT EXISTS (SELECT FROM repl_tasks task
                      WHERE task.named_repl_id = repl.id AND task.state IN ('pending', 'running'))
    ORDER BY repl.last_used_at LIMIT :most FOR NO KEY UPDATE OF repl SKIP LOCKED)
UPDATE named_repls SET {EMPTIED} FROM old WHERE named_repls.id = old.id
"""  # noqa: S608


def forget_states_of(connection: Connection, orchestration_id: UUID) -> None:
    """Those that the orchestration owns: it has succeeded. Their snapshots are free for the collector."""
    connection.execute(text(_FORGET), {"orchestration": orchestration_id})


def keep_states_of(connection: Connection, orchestration_id: UUID) -> None:
    """Those that the orchestration owns are kept from now on for as long as those of sessions, and locked."""
    connection.execute(text(_KEEP), {"orchestration": orchestration_id})


def forget_old(connection: Connection, limit: int, timing: Timing) -> None:
    """At most `limit` states of REPLs, and as many entries of the log, that are past their retention."""
    kept = {"states_s": timing.repl_retention_s, "log_s": timing.log_retention_s}
    due = connection.execute(text(_IS_DUE), kept).one()
    if due.states:
        connection.execute(text(_OLD), {"most": limit, "keep_s": timing.repl_retention_s})
    if due.log:
        forget_executions(connection, limit, timing.log_retention_s)
