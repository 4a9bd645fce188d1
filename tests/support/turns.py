"""Turns of the model as plain values, for tests of the pure rules."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from orchestration.limits import Limits
from orchestration.records import StepClaim, Turn
from orchestration.tools import Query, SpawnREPL, TaskType


def claim(ordinal: int = 1) -> StepClaim:
    return StepClaim(UUID(int=1), step_id=1, ordinal=ordinal, plan_attempt=1, process_id=1)


def turn(ordinal: int = 1, **changes: Any) -> Turn:
    base = Turn(
        claim=claim(ordinal),
        query=Query("how many rows?", 1_700_000_000),
        model="scripted",
        limits=Limits(),
        given_plan=None,
        show_samples=True,
        seconds_left=3600.0,
        spawned=0,
    )
    return replace(base, **changes)


def spawn(task_id: str = "one", code: str = "1 + 1", **changes: Any) -> SpawnREPL:
    return replace(SpawnREPL(task_id, TaskType.COMPUTE, code), **changes)
