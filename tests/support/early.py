"""The first tasks of a streamed plan, dispatched before it is committed: under the lock and the fence of its step."""

from sqlalchemy import Connection, Engine, text

from models.queries.insert_tasks import NewTask, insert_tasks
from models.queries.locks import fence, lock_for
from models.transactions import transact
from orchestration.errors import Fenced
from orchestration.limits import TaskLimits
from orchestration.records import StepClaim
from tests.support.driver import spawn

_THERE = text("SELECT id FROM repl_tasks WHERE step_id = :step AND plan_attempt = :attempt")


def dispatch_early(engine: Engine, claim: StepClaim, *task_ids: str) -> bool:
    """False if the claim is lost."""

    def work(connection: Connection) -> bool:
        try:
            locked, step = lock_for(connection, claim)
            fence(locked, step, claim)
        except Fenced:
            return False
        if connection.execute(_THERE, {"step": claim.step_id, "attempt": claim.plan_attempt}).scalars().all():
            # By a commit that nobody heard of.
            return True
        insert_tasks(
            connection,
            claim.orchestration_id,
            claim.step_id,
            claim.plan_attempt,
            "spawn",
            [NewTask(spawn(task_id), TaskLimits()) for task_id in task_ids],
        )
        return True

    return transact(engine, work)
