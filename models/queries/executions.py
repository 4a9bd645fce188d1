"""The log of what library callers ran."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.text import clean, clean_or_none
from orchestration.records import Execution

MAX_CODE_BYTES = 64 * 1024
MAX_NAME_CHARS = 200

# One statement for a group: a row at a time would cost more than many of the runs it tells of.
_RECORD = """
INSERT INTO executions (process_id, code, session, engine, is_success, error_kind, seconds, actor_id)
SELECT :process, * FROM unnest(
    CAST(:code AS text[]), CAST(:session AS text[]), CAST(:engine AS text[]), CAST(:is_success AS boolean[]),
    CAST(:error_kind AS text[]), CAST(:seconds AS double precision[]), CAST(:actor AS text[]))
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
        rows = [_row(each) for each in executions]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        connection.execute(text(_RECORD), {"process": process_id, **columns})


def forget_executions(connection: Connection, limit: int, keep_s: float) -> None:
    """Drop at most `limit` entries that are older than `keep_s` seconds."""
    connection.execute(text(_FORGET), {"most": limit, "keep_s": keep_s})


def _row(execution: Execution) -> dict[str, object]:
    return {
        "code": clean(execution.code).encode()[:MAX_CODE_BYTES].decode(errors="ignore"),
        "session": clean_or_none(execution.session and execution.session[:MAX_NAME_CHARS]),
        "engine": execution.engine.value,
        "is_success": execution.is_success,
        "error_kind": execution.error_kind.value if execution.error_kind else None,
        "seconds": execution.seconds,
        "actor": clean(execution.actor_id[:MAX_NAME_CHARS]),
    }
