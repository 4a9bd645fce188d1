"""The log of what library callers ran."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.text import clean, clean_or_none
from orchestration.records import Execution

MAX_CODE_BYTES = 64 * 1024
MAX_NAME_CHARS = 200

_RECORD = """
INSERT INTO executions (process_id, code, session, engine, is_success, error_kind, seconds, actor_id)
VALUES (:process, :code, :session, :engine, :is_success, :error_kind, :seconds, :actor)
"""
_FORGET = """
WITH old AS MATERIALIZED (
    SELECT id FROM executions WHERE at < replwright_now() - make_interval(secs => :keep_s)
    ORDER BY at LIMIT :most FOR UPDATE SKIP LOCKED)
DELETE FROM executions USING old WHERE executions.id = old.id
"""


def record_executions(connection: Connection, process_id: int, executions: Sequence[Execution]) -> None:
    """One row each; code is cut at 64 kB. A second run after an unknown commit may log a run twice."""
    if executions:
        connection.execute(text(_RECORD), [_row(process_id, each) for each in executions])


def forget_executions(connection: Connection, limit: int, keep_s: float) -> None:
    """Drop at most `limit` entries that are older than `keep_s` seconds."""
    connection.execute(text(_FORGET), {"most": limit, "keep_s": keep_s})


def _row(process_id: int, execution: Execution) -> dict[str, object]:
    return {
        "process": process_id,
        "code": clean(execution.code).encode()[:MAX_CODE_BYTES].decode(errors="ignore"),
        "session": clean_or_none(execution.session and execution.session[:MAX_NAME_CHARS]),
        "engine": execution.engine.value,
        "is_success": execution.is_success,
        "error_kind": execution.error_kind.value if execution.error_kind else None,
        "seconds": execution.seconds,
        "actor": clean(execution.actor_id[:MAX_NAME_CHARS]),
    }
