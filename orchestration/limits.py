"""The caps of an orchestration and of a REPL task, their defaults and the checks that bad input meets first."""

from dataclasses import dataclass, fields, replace

from orchestration.errors import BadInput

MAX_QUESTION_CHARS = 32_000
MAX_CONTEXT_BYTES = 10 * 1024**2
MAX_PLAN_CONTEXT_BYTES = 50 * 1024**2
MAX_CODE_BYTES = 1024**2
MAX_ANSWER_CHARS = 200_000
MAX_TASK_TIMEOUT_S = 600
MAX_INPUTS = 50
MAX_INPUT_BYTES = 2 * 1024**3
MAX_TASK_ID_CHARS = 100
MAX_REPL_NAME_CHARS = 100
MAX_SESSION_ID_CHARS = 200
MAX_SNAPSHOT_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """The caps of one REPL task. Seconds and bytes; `wall_s` covers waiting for sub-calls too."""

    timeout_s: float = 30.0
    wall_s: float = 3600.0
    memory_bytes: int = 512 * 1024**2
    output_bytes: int = 64 * 1024
    value_bytes: int = 64 * 1024
    scratch_bytes: int = 64 * 1024**2
    scratch_files: int = 1000
    artifact_bytes: int = 16 * 1024**2

    def with_timeout(self, timeout_s: float) -> "TaskLimits":
        """The same, with another timeout. Raises BadInput."""
        if not 0 < timeout_s <= MAX_TASK_TIMEOUT_S:
            raise BadInput("timeout", f"outside 0 to {MAX_TASK_TIMEOUT_S} seconds", "give a shorter one")
        return replace(self, timeout_s=timeout_s)


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of one orchestration, checked at submit."""

    deadline_s: float = 3600.0
    max_steps: int = 20
    max_spawns_per_step: int = 200
    max_spawns: int = 1000
    max_attempts: int = 3
    max_repairs: int = 2
    max_losses: int = 10
    task_timeout_s: float = 30.0
    task_memory_bytes: int = 512 * 1024**2

    def __post_init__(self) -> None:
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            # `not (low <= value)` also refuses NaN, which every comparison denies.
            if not (low <= value <= high):
                raise BadInput(name, f"{value} is outside {low} to {high}", f"give a {name} from {low} to {high}")

    def as_dict(self) -> dict[str, float]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("deadline_s", 1, 7 * 24 * 3600),
    ("max_steps", 1, 200),
    ("max_spawns_per_step", 1, 200),
    ("max_spawns", 1, 10_000),
    ("max_attempts", 1, 10),
    ("max_repairs", 0, 5),
    ("max_losses", 1, 100),
    ("task_timeout_s", 0.1, MAX_TASK_TIMEOUT_S),
    ("task_memory_bytes", 64 * 1024**2, 64 * 1024**3),
)
