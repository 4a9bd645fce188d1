"""Limits as they stand in rows: JSON objects, from which fields of another release are left out."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from orchestration.limits import Limits, TaskLimits


def limits_from(row: Mapping[str, Any]) -> Limits:
    names = {field.name for field in fields(Limits)}
    return Limits(**{name: value for name, value in row.items() if name in names})


def task_limits_from(row: Mapping[str, Any], wall_s: float) -> TaskLimits:
    """`wall_s` is what is left of the orchestration's deadline when the task starts."""
    names = {field.name for field in fields(TaskLimits)} - {"wall_s"}
    known = {name: value for name, value in row.items() if name in names}
    return TaskLimits(**known, wall_s=max(0.1, wall_s))


def task_limits_row(limits: TaskLimits) -> dict[str, Any]:
    return asdict(limits)
