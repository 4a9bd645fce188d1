"""One run of code in one REPL: what goes in and what comes out."""

from dataclasses import dataclass, field
from pathlib import Path

from orchestration.limits import TaskLimits
from orchestration.states import ErrorKind


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
class ReplJob:
    """All that one run of code in a fresh REPL needs. `context_data` is JSON text, checked by the caller."""

    code: str
    context_data: str = "null"
    inputs: tuple[InputFile, ...] = ()
    results: tuple[EarlierResult, ...] = ()
    limits: TaskLimits = field(default_factory=TaskLimits)


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that the code left in `outputs/` (or a figure), copied out of the sandbox by the host."""

    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ReplOutcome:
    """What a run left behind, validated as hostile input: capped, valid text, known error kinds only."""

    is_success: bool
    stdout: str = ""
    stderr: str | None = None
    value: str | None = None
    value_json: str | None = None
    execution_time: float = 0.0
    error_kind: ErrorKind | None = None
    engine: str = "cpython"
    outputs: tuple[OutputFile, ...] = ()
