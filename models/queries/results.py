"""REPLResult to row and back."""

import json
from typing import Any

from sqlalchemy import Row

from models.text import clean, clean_json, clean_or_none
from orchestration.states import ErrorKind, StateKind
from orchestration.tools import Artifact, REPLResult

COLUMNS = """
result.is_success, result.stdout, result.stderr, result.value, result.value_json, result.execution_time,
result.error_kind, result.engine, result.actor_id, result.artifacts
"""

INSERT = """
INSERT INTO repl_task_results (repl_task_id, attempt, process_id, is_success, stdout, stderr, value, value_json,
                               execution_time, error_kind, engine, actor_id, artifacts, state_version, state_kind)
VALUES (:repl_task_id, :attempt, :process_id, :is_success, :stdout, :stderr, :value, :value_json,
        :execution_time, :error_kind, :engine, :actor_id, CAST(:artifacts AS jsonb), :state_version, :state_kind)
"""


def result_from(row: Row[Any], task_id: str) -> REPLResult:
    """The result that stands in these columns."""
    return REPLResult(
        task_id=task_id,
        is_success=row.is_success,
        stdout=row.stdout,
        stderr=row.stderr,
        execution_time=row.execution_time,
        actor_id=row.actor_id,
        value=row.value,
        value_json=row.value_json,
        error_kind=ErrorKind(row.error_kind) if row.error_kind else None,
        engine=row.engine,
        artifacts=tuple(Artifact(**artifact) for artifact in row.artifacts),
    )


def result_row(
    repl_task_id: int,
    attempt: int,
    process_id: int | None,
    result: REPLResult,
    state_version: int | None = None,
    state_kind: StateKind | None = None,
) -> dict[str, Any]:
    """The result as INSERT takes it. What PostgreSQL cannot store is replaced by U+FFFD.

    The last two are of the named REPL that it ran in, if it did.
    """
    artifacts = [
        {"name": item.name, "size": item.size, "blob": item.blob, "media_type": item.media_type}
        for item in result.artifacts
    ]
    return {
        "repl_task_id": repl_task_id,
        "attempt": attempt,
        "process_id": process_id,
        "is_success": result.is_success,
        "stdout": clean(result.stdout),
        "stderr": clean_or_none(result.stderr),
        "value": clean_or_none(result.value),
        "value_json": clean_or_none(result.value_json),
        "execution_time": result.execution_time,
        "error_kind": result.error_kind.value if result.error_kind else None,
        "engine": clean(result.engine),
        "actor_id": clean_or_none(result.actor_id),
        "artifacts": json.dumps(clean_json(artifacts)),
        "state_version": state_version,
        "state_kind": state_kind.value if state_kind else None,
    }
