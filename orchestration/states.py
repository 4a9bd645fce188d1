"""Every status, reason, state, error kind and event name of the system, and the legal moves between them."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where an orchestration (one submitted question) stands."""

    QUEUED = "queued"
    PLANNING = "planning"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in TERMINAL


TERMINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})


class Reason(StrEnum):
    """Why an orchestration ended."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    BAD_INPUT = "bad_input"
    NOT_UNDERSTOOD = "not_understood"
    INVALID_PLAN = "invalid_plan"
    MODEL_ERROR = "model_error"
    STEP_LIMIT = "step_limit"
    BUDGET_EXHAUSTED = "budget_exhausted"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    POISONED = "poisoned"
    STATE_LOST = "state_lost"
    CANCELLED = "cancelled"

    @property
    def status(self) -> Status:
        """The terminal status that this reason means."""
        if self in (Reason.ANSWERED, Reason.PARTIAL):
            return Status.SUCCEEDED
        return Status.CANCELLED if self is Reason.CANCELLED else Status.FAILED


class StepStatus(StrEnum):
    """Where a step (one turn of the model) stands."""

    READY = "ready"
    PLANNING = "planning"
    WAITING = "waiting"
    LANDED = "landed"
    DONE = "done"
    FAILED = "failed"


class TaskState(StrEnum):
    """Where a REPL task stands. A task that ended badly is `done` too: its result says how."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


OPEN_TASKS = frozenset({TaskState.PENDING, TaskState.RUNNING})


class ErrorKind(StrEnum):
    """How a REPL task failed."""

    EXCEPTION = "exception"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    DENIED = "denied"
    CRASHED = "crashed"
    CANCELLED = "cancelled"
    STATE_LOST = "state_lost"


class EngineName(StrEnum):
    """Which interpreter runs a task's code. `auto` is decided from its syntax tree before anything runs."""

    AUTO = "auto"
    CPYTHON = "cpython"
    RUST = "rust"


class StateKind(StrEnum):
    """What became of a named REPL's state when a task ended. `kept` is live only, as it was asked for."""

    SAVED = "saved"
    KEPT = "kept"
    TOO_BIG = "too_big"
    UNCHANGED = "unchanged"
    LOST = "lost"


class EventName(StrEnum):
    """The events of an orchestration, in the order in which a quiet one emits them."""

    SUBMITTED = "submitted"
    PLANNING = "planning"
    PLAN_REJECTED = "plan_rejected"
    PLANNED = "planned"
    MESSAGE = "message"
    TASK_STARTED = "task_started"
    TASK_RETURNED = "task_returned"
    TASK_LANDED = "task_landed"
    STEP_LANDED = "step_landed"
    RELEASED = "released"
    RETRIED = "retried"
    ENDED = "ended"


STATUS_MOVES: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.PLANNING, *TERMINAL}),
    Status.PLANNING: frozenset({Status.QUEUED, Status.WAITING, *TERMINAL}),
    Status.WAITING: frozenset({Status.PLANNING, Status.QUEUED, *TERMINAL}),
    Status.SUCCEEDED: frozenset(),
    # Only a retry, which somebody asks for, opens what has ended.
    Status.FAILED: frozenset({Status.QUEUED, Status.WAITING}),
    Status.CANCELLED: frozenset({Status.QUEUED, Status.WAITING}),
}

STEP_MOVES: Mapping[StepStatus, frozenset[StepStatus]] = {
    StepStatus.READY: frozenset({StepStatus.PLANNING, StepStatus.FAILED}),
    StepStatus.PLANNING: frozenset(
        {StepStatus.READY, StepStatus.PLANNING, StepStatus.WAITING, StepStatus.DONE, StepStatus.FAILED}
    ),
    StepStatus.WAITING: frozenset({StepStatus.LANDED, StepStatus.FAILED}),
    StepStatus.LANDED: frozenset(),
    StepStatus.DONE: frozenset({StepStatus.READY}),
    StepStatus.FAILED: frozenset({StepStatus.READY, StepStatus.WAITING}),
}

TASK_MOVES: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.PENDING: frozenset({TaskState.RUNNING, TaskState.CANCELLED, TaskState.SUPERSEDED}),
    TaskState.RUNNING: frozenset({TaskState.PENDING, TaskState.DONE, TaskState.CANCELLED, TaskState.SUPERSEDED}),
    TaskState.DONE: frozenset(),
    TaskState.CANCELLED: frozenset({TaskState.PENDING}),
    TaskState.SUPERSEDED: frozenset(),
}
