"""The values that cross the ports: what is submitted, claimed, landed and run; views.py has what is read.

Ids of orchestrations are UUIDs; steps, tasks and processes have integer ids of the database.
"""

from dataclasses import dataclass, field
from uuid import UUID

from orchestration.limits import Limits, TaskLimits
from orchestration.states import EngineName, ErrorKind, StateKind
from orchestration.tools import InputProfile, Query, REPLResult, SpawnREPL, Tool

# --- submit ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """A data file of a question, already in the blob store. `format` is csv, tsv, json, jsonl, parquet or xlsx."""

    name: str
    blob: str
    size: int
    format: str


@dataclass(frozen=True, slots=True)
class NewOrchestration:
    """A question to be accepted. `given_plan` is JSON text of a plan that needs no model (`--plan`, `exec`)."""

    question: str
    model: str
    inputs: tuple[Input, ...] = ()
    limits: Limits = field(default_factory=Limits)
    given_plan: str | None = None
    tenant: str = "default"
    session_id: str | None = None
    idempotency_key: str | None = None
    root_task_id: str | None = None
    show_samples: bool = True


@dataclass(frozen=True, slots=True)
class Fork:
    """What of an orchestration is to be gone on from: its steps before `step`, with their results.

    `step` counts from 1; None means the last one. `question` None asks the same again. A fork has no session.
    """

    step: int | None = None
    question: str | None = None
    model: str | None = None
    deadline_s: float | None = None
    idempotency_key: str | None = None
    root_task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """`created` is False when the idempotency key found the same orchestration already there."""

    id: UUID
    created: bool
    hints: tuple["Hint", ...] = ()


# --- one turn of the model ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepClaim:
    """The right to plan one step. `plan_attempt` is the fence: it only rises. `tries` counts this claim too.

    Model calls are numbered within the step, from `first_call` on: replies of before were given up on by a retry.
    """

    orchestration_id: UUID
    step_id: int
    ordinal: int
    plan_attempt: int
    process_id: int
    tries: int = 1
    first_call: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one turn of the model is decided from, read once under the claim."""

    claim: StepClaim
    query: Query
    model: str
    limits: Limits
    given_plan: str | None
    show_samples: bool
    seconds_left: float
    spawned: int
    inputs: tuple[Input, ...] = ()
    profiles: tuple[InputProfile, ...] = ()
    results: tuple[REPLResult, ...] = ()
    used_task_ids: frozenset[str] = frozenset()
    failed_code: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A raw model reply, as journaled before anything parses it."""

    raw: str
    model: str
    finish_reason: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    latency_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ParsedPlan:
    """A reply, parsed. `problems` are what the parser itself had to object to (cut, dropped or unknown items)."""

    tools: tuple[Tool, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanCommit:
    """`hints` are sent after the commit. `refused` says why the orchestration was ended instead: a quota is used up."""

    task_ids: tuple[int, ...]
    hints: tuple["Hint", ...] = ()
    refused: str | None = None


# --- REPL tasks and their hosts -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplayedTask:
    """An earlier run in a named REPL, after its last snapshot, to be run again where no live copy is left."""

    spawn: SpawnREPL
    succeeded: bool
    inputs: tuple[Input, ...] = ()
    earlier: tuple[REPLResult, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedRepl:
    """A named REPL, claimed with its task. `fence` only rises; it becomes the version of the state that is landed.

    `version` is that of the last committed state, 0 for an empty one; `snapshot` the blob of it, or of the state
    that `replay` leads on from. `lost` says why the state cannot be had any more.
    """

    id: int
    fence: int
    version: int
    snapshot: str | None = None
    engine: EngineName | None = None
    replay: tuple[ReplayedTask, ...] = ()
    lost: str | None = None


@dataclass(frozen=True, slots=True)
class SavedState:
    """What a run left of its named REPL; `blob` and `size` of the snapshot when it was saved."""

    kind: StateKind
    engine: EngineName
    blob: str | None = None
    size: int = 0
    unsaved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """A run for a library caller, as the log keeps it. `code` is capped; `seconds` is how long it ran."""

    code: str
    session: str | None
    engine: EngineName
    is_success: bool
    error_kind: ErrorKind | None
    seconds: float
    actor_id: str


@dataclass(frozen=True, slots=True)
class ClaimedTask:
    """A REPL task claimed by a host. `attempt` is the fence. `earlier` are the results it may read.

    `kind` is "profile" for the tasks of step 0, whose code is ours, else "spawn". `siblings` counts the tasks of its
    plan, itself too.
    """

    id: int
    orchestration_id: UUID
    step_id: int
    attempt: int
    kind: str
    spawn: SpawnREPL
    limits: TaskLimits
    inputs: tuple[Input, ...] = ()
    earlier: tuple[REPLResult, ...] = ()
    named: NamedRepl | None = None
    siblings: int = 1


@dataclass(frozen=True, slots=True)
class Landing:
    """The result of a claimed task, ready to be committed, with what it left of its named REPL."""

    task: ClaimedTask
    result: REPLResult
    state: SavedState | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """`landed` were recorded by this call or an earlier one of ours; `refused` were fenced off or too late."""

    landed: tuple[int, ...]
    refused: tuple[int, ...]
    hints: tuple["Hint", ...] = ()


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a heartbeat returns. `alive` False: the sweeper gave this process up; register anew.

    `stop` are ids of our running tasks that nobody wants any more: cancelled, superseded or claimed by another.
    `lost` are those of the steps we said we hold that are not ours any more, by id.
    """

    alive: bool
    stop: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A live process on the same machine. `pid_started` is the start of its pid, in clock ticks since the boot."""

    id: int
    pid: int
    pid_started: int


# --- hints and sweeps -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hint:
    """A Celery message: "look at this orchestration". `name` is plan, dispatch or resume."""

    name: str
    orchestration_id: UUID
    root_task_id: str | None = None
    parent_task_id: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, by kind, and the hints to send."""

    ended: int = 0
    steps_returned: int = 0
    tasks_returned: int = 0
    closed: int = 0
    nudged: int = 0
    hints: tuple[Hint, ...] = ()
