"""The one place where BAML's types and ours meet. Everything untrusted is capped and made valid text here."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from baml_client import types
from orchestration.tools import InputProfile, MessageToUser, Query, REPLState, Resume, SpawnREPL, TaskType, Tool

MAX_COLUMNS = 400
MAX_NAME_CHARS = 500
MAX_CELL_CHARS = 200
MAX_CELLS = 200
MAX_NOTES = 50


def to_state(state: REPLState, show_samples: bool = True) -> types.REPLState:
    """REPLState as BAML takes it; without `show_samples` profiles hold no cells, only ranges."""
    return types.REPLState(
        recent_messages=[text(message) for message in state.recent_messages],
        active_tasks=list(state.active_tasks),
        completed_results=[
            types.REPLResult(
                task_id=result.task_id,
                is_success=result.is_success,
                stdout=text(result.stdout),
                stderr=text(result.stderr) if result.stderr else None,
                execution_time=round(result.execution_time, 3),
                actor_id=result.actor_id,
                error_kind=result.error_kind.value if result.error_kind else None,
                value=None if result.value is None else text(result.value),
            )
            for result in state.completed_results
        ],
        session_id=state.session_id,
        inputs=[_profile(profile, show_samples) for profile in state.inputs],
        plan_errors=[text(problem) for problem in state.plan_errors],
        steps_left=state.steps_left,
        spawns_left=state.spawns_left,
        final_call=state.final_call,
        progress=[text(line) for line in state.progress],
    )


def to_query(query: Query) -> types.Query:
    return types.Query(message=text(query.message), timestamp=query.timestamp)


def from_tools(items: Sequence[Any]) -> tuple[Tool, ...]:
    """Our tools from the ones BAML parsed."""
    return tuple(_tool(item) for item in items)


def _tool(item: Any) -> Tool:
    if isinstance(item, types.SpawnREPL):
        return SpawnREPL(
            task_id=item.task_id,
            task_type=TaskType(item.task_type.value),
            code_to_execute=item.code_to_execute,
            context_data=item.context_data,
            timeout_seconds=item.timeout_seconds,
            repl=item.repl or None,
        )
    if isinstance(item, types.MessageToUser):
        return MessageToUser(item.message, item.understood)
    return Resume()


def _profile(profile: InputProfile, show_samples: bool) -> types.InputProfile:
    notes = [text(note, MAX_CELL_CHARS) for note in profile.notes[:MAX_NOTES]]
    if (hidden := len(profile.columns) - MAX_COLUMNS) > 0:
        notes.append(f"{hidden} more columns are not shown")
    columns = [_column(column, show_samples) for column in profile.columns[:MAX_COLUMNS]]
    return types.InputProfile(
        name=text(profile.name, MAX_NAME_CHARS), format=profile.format, rows=profile.rows, columns=columns, notes=notes
    )


def _column(column: Mapping[str, Any], show_samples: bool) -> types.ColumnProfile:
    return types.ColumnProfile(
        name=text(column.get("name", ""), MAX_NAME_CHARS),
        type=text(column.get("type", "unknown"), MAX_CELL_CHARS),
        missing=_count(column.get("missing")),
        distinct=_count(column.get("distinct")),
        min=_bound(column.get("min")),
        max=_bound(column.get("max")),
        samples=_cells(column.get("samples")) if show_samples else None,
        values=_cells(column.get("values")) if show_samples else None,
        numeric_text=bool(column["numeric_text"]) if "numeric_text" in column else None,
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _bound(value: Any) -> int | float | str | None:
    if value is None or (isinstance(value, int) and abs(value) < 2**53):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return text(value, MAX_CELL_CHARS)


def _cells(values: Any) -> list[str] | None:
    if not isinstance(values, list | tuple):
        return None
    return [text(value, MAX_CELL_CHARS) for value in values[:MAX_CELLS]]


def text(value: Any, limit: int | None = None) -> str:
    """Valid Unicode (BAML refuses lone surrogates), at most `limit` characters."""
    return str(value).encode("utf-8", "replace").decode()[:limit]
