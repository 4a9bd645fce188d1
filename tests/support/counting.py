"""A named REPL whose state is one number: how often its code has run. That number names its snapshot, too."""

from collections.abc import Sequence

from orchestration.records import ClaimedTask, Landing, NamedRepl, SavedState
from orchestration.states import EngineName, StateKind
from orchestration.tools import REPLResult


def blob(number: int) -> str:
    return f"{number:064x}"


def count_of(snapshot: str | None) -> int:
    return int(snapshot, 16) if snapshot else 0


def count_after(named: NamedRepl) -> int:
    """What `x += 1` leads to: what was committed, replayed where it was too big, and one more."""
    return count_of(named.snapshot) + len(named.replay) + 1


def left(named: NamedRepl, kind: StateKind = StateKind.SAVED) -> SavedState:
    """The state after one run."""
    if kind is StateKind.SAVED:
        return SavedState(kind, EngineName.CPYTHON, blob(count_after(named)), 100, ("file: an open file",))
    return SavedState(kind, EngineName.CPYTHON)


def landing(task: ClaimedTask, kind: StateKind = StateKind.SAVED) -> Landing:
    """The task ran `x += 1; x` in its named REPL; without one, it printed its name."""
    if task.named is None:
        return Landing(task, REPLResult(task.spawn.task_id, True, f"{task.spawn.task_id} has run\n", value="2"))
    result = REPLResult(task.spawn.task_id, is_success=True, value=str(count_after(task.named)))
    return Landing(task, result, left(task.named, kind))


def landings(tasks: Sequence[ClaimedTask], kind: StateKind = StateKind.SAVED) -> list[Landing]:
    return [landing(task, kind) for task in tasks]
