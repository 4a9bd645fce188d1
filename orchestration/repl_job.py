"""One run of code in one REPL: what goes in and what comes out."""

from dataclasses import dataclass, field
from pathlib import Path

from orchestration.limits import TaskLimits
from orchestration.states import EngineName, ErrorKind, StateKind


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input on the local disk, read-only: what `inputs[name]` and `inputs_df[name]` are made from."""

    name: str
    path: Path
    format: str


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """`results[task_id]` inside a REPL. `artifacts` are (name, local read-only path)."""

    task_id: str
    stdout: str
    value: str | None
    value_json: str | None
    artifacts: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class NamedState:
    """The named REPL that a job runs in: the state it starts from, and the number of the one it leaves.

    `key` names the REPL on every host. `version` is the state's number, 0 for an empty one; a live copy of another
    number is worthless. `snapshot` is the file of that state, or of an earlier one that `replay` leads on from.
    `engine` is the one that made the snapshot. A state that is not `durable` is never saved: it is lost with its REPL.
    """

    key: str
    version: int
    next_version: int
    snapshot: Path | None = None
    engine: EngineName | None = None
    replay: tuple["Replay", ...] = ()
    durable: bool = True


@dataclass(frozen=True, slots=True)
class Replay:
    """A run whose effects were too big to be saved: it is run again to get the state back."""

    code: str
    succeeded: bool
    context_data: str = "null"
    inputs: tuple[InputFile, ...] = ()
    results: tuple[EarlierResult, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplJob:
    """All that one run of code in a REPL needs. `context_data` is JSON text, checked by the caller.

    Without `named` the REPL is fresh. Jobs of one `group` (an orchestration) trust each other: `group_size` of them
    may come, and share the tables that they read. `functions` are names that the code may call and the caller serves.
    """

    code: str
    context_data: str = "null"
    inputs: tuple[InputFile, ...] = ()
    results: tuple[EarlierResult, ...] = ()
    limits: TaskLimits = field(default_factory=TaskLimits)
    engine: EngineName = EngineName.AUTO
    named: NamedState | None = None
    group: str | None = None
    group_size: int = 1
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that the code left in `outputs/` (or a figure), copied out of the sandbox by the host."""

    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class LeftState:
    """What a run left of its named REPL. `snapshot` is there when it was `saved`; only a sandbox may load it.

    `unsaved` names the variables that the snapshot does not hold, each with the reason.
    """

    kind: StateKind
    snapshot: bytes | None = None
    unsaved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplOutcome:
    """What a run left behind, validated as hostile input: capped, valid text, known error kinds only.

    `state` is there when the job named a REPL.
    """

    is_success: bool
    stdout: str = ""
    stderr: str | None = None
    value: str | None = None
    value_json: str | None = None
    execution_time: float = 0.0
    error_kind: ErrorKind | None = None
    engine: str = "cpython"
    outputs: tuple[OutputFile, ...] = ()
    state: LeftState | None = None
