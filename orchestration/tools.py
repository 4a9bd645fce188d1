"""The tools that a model may choose, and what comes back from a REPL, as plain values.

The names and fields are the ones of the BAML types; `replwright/llm` maps between the two.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from orchestration.states import EngineName, ErrorKind

# The named REPL of a session whose caller names none.
SESSION_REPL = "main"


class TaskType(StrEnum):
    """What a REPL task is for. It labels the task; it does not change how it runs."""

    ANALYZE = "Analyze"
    COMPUTE = "Compute"
    SUMMARIZE = "Summarize"
    SEARCH = "Search"
    TRANSFORM = "Transform"


@dataclass(frozen=True, slots=True)
class SpawnREPL:
    """Run this code in a REPL. `context_data` is JSON text; `timeout_seconds` None means the default.

    With `repl` it runs in the named REPL, whose variables persist, else in a fresh one. `engine` is no field of the
    model's: a plan that a person wrote may set it.
    """

    task_id: str
    task_type: TaskType
    code_to_execute: str
    context_data: str = "null"
    timeout_seconds: int | None = None
    repl: str | None = None
    engine: EngineName = EngineName.AUTO


@dataclass(frozen=True, slots=True)
class MessageToUser:
    """Tell the user. Alone in a plan it is the answer; `understood=False` says that there is none."""

    message: str
    understood: bool | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Wait for the results of this plan's tasks, then call the model again with them."""


Tool = SpawnREPL | MessageToUser | Resume


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a REPL left in `outputs/`, or a figure: its bytes are in the blob store under `blob`."""

    name: str
    size: int
    blob: str
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class REPLResult:
    """What one REPL task left behind.

    `value` is the last expression as a REPL shows it (its repr, capped), `value_json` the same as JSON text
    where JSON can carry it faithfully. `execution_time` is wall seconds while the code ran.
    `actor_id` names the host that ran it.
    """

    task_id: str
    is_success: bool
    stdout: str = ""
    stderr: str | None = None
    execution_time: float = 0.0
    actor_id: str | None = None
    value: str | None = None
    value_json: str | None = None
    error_kind: ErrorKind | None = None
    engine: str = "cpython"
    artifacts: tuple[Artifact, ...] = ()


@dataclass(frozen=True, slots=True)
class InputProfile:
    """What the model may know of an input table; made inside a REPL, so every field is untrusted text."""

    name: str
    format: str
    rows: int
    columns: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """The user's question. `timestamp` is Unix seconds of the submit, so that a rerun renders the same."""

    message: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class REPLState:
    """What the model sees at one turn. The first four fields are the documents', the rest are optional."""

    recent_messages: tuple[str, ...] = ()
    active_tasks: tuple[str, ...] = ()
    completed_results: tuple[REPLResult, ...] = ()
    session_id: str | None = None
    inputs: tuple[InputProfile, ...] = ()
    plan_errors: tuple[str, ...] = ()
    steps_left: int | None = None
    spawns_left: int | None = None
    final_call: str | None = None
    progress: tuple[str, ...] = field(default=())
