"""Which hint a row calls for. The Celery ids come from the rows, so that a sweeper sends the same as anybody else."""

from models.queries.locks import Locked
from orchestration.records import Hint


def step_hint(locked: Locked, ordinal: int, parent_task_id: str | None) -> Hint:
    """The step is ready: `plan` for the first one, whose message is the root of the chain, else `resume`."""
    if ordinal <= 1:
        return Hint("plan", locked.id, root_task_id=locked.root_task_id, task_id=locked.root_task_id)
    return Hint("resume", locked.id, root_task_id=locked.root_task_id, parent_task_id=parent_task_id)


def dispatch_hint(locked: Locked, parent_task_id: str | None) -> Hint:
    """REPL tasks are pending; `parent_task_id` is the Celery task that planned them."""
    return Hint("dispatch", locked.id, root_task_id=locked.root_task_id, parent_task_id=parent_task_id)
