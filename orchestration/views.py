"""The values that people read: an orchestration, its steps, its REPL tasks, what it used, and its events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orchestration.states import Reason, Status
from orchestration.tools import REPLResult


@dataclass(frozen=True, slots=True)
class TaskView:
    """One REPL task as people see it. `state` is a TaskState; `result` is there once it landed; `repl` names a REPL."""

    id: int
    step: int
    task_id: str
    task_type: str
    state: str
    attempt: int
    code: str
    result: REPLResult | None
    created_at: datetime
    started_at: datetime | None
    landed_at: datetime | None
    repl: str | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    ordinal: int
    status: str
    plan_attempt: int
    tries: int
    losses: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt at a step (`task_id` None) or at a REPL task, and what came of it, in words.

    `process` names who tried, for people: its kind, number, node and pid. `ended_at` is None while it goes on.
    """

    step: int
    task_id: str | None
    attempt: int
    process: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model calls of an orchestration came to, every attempt counted."""

    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class OrchestrationView:
    """One orchestration as people see it. `newer`: a newer release wrote it, and this one may misread what it says."""

    id: UUID
    question: str
    model: str
    status: Status
    reason: Reason | None
    answer: str | None
    detail: str | None
    created_at: datetime
    ended_at: datetime | None
    deadline_at: datetime
    steps: tuple[StepView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    usage: Usage = Usage()
    attempts: tuple[AttemptView, ...] = ()
    retries: int = 0
    forked_from: UUID | None = None
    forked_step: int | None = None
    newer: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an orchestration. `seq` counts from 1 without gaps."""

    seq: int
    name: str
    at: datetime
    data: dict[str, Any]
