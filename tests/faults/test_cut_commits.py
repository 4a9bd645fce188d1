"""F13: the connection is cut during a commit, at every write of a job; each is found again by its key."""

import json

import pytest

from models.engine import make_engine
from models.ledger import PostgresLedger
from orchestration.states import Status
from replwright.repl.profile_code import PROFILE_CODE
from tests.support.pg_proxy import proxy
from tests.support.plans import message, spawns
from tests.support.rig import Rig
from tests.support.scripted_model import ScriptedModel

# Each by a piece of its SQL.
WRITES = {
    "submit": "INSERT INTO orchestrations (",
    "claim a step": "UPDATE orchestrations SET status = 'planning'",
    "reply": "INSERT INTO model_calls",
    "repair": "UPDATE steps SET plan_attempt = plan_attempt + 1, claim",
    "plan": "INSERT INTO repl_tasks (",
    "claim tasks": "SET state = 'running', attempt = task.attempt + 1",
    "start tasks": "LEFT JOIN named_repls repl ON repl.id = task.named_repl_id\nWHERE task.orchestration_id",
    "land": "INSERT INTO repl_task_results",
    "finish": "UPDATE steps SET status = 'done'",
}


@pytest.mark.parametrize("after", [False, True], ids=["before the server got it", "after the server did it"])
def test_f13_every_write_survives_a_cut_at_its_commit(rig: Rig, after: bool) -> None:
    # given a model whose first plan is to be repaired, and a proxy before PostgreSQL for all who write
    replies = (json.dumps([]), spawns(a="1 + 1", b="2 + 2"), message("two and four"))
    with (
        ScriptedModel(
            answering=lambda asked: replies[0 if not (asked.plan_errors or asked.results) else 1 + bool(asked.results)]
        ) as model,
        proxy(rig.endpoints.database_url, WRITES, after=after) as cutting,
    ):
        through = {"REPLWRIGHT_DATABASE_URL": cutting.url}
        rig.dispatcher(through)
        rig.worker("planner", model=model, extra=through)
        engine = make_engine(cutting.url, "cli")

        # when the first commit of each write is cut
        try:
            job = rig.submit(ledger=PostgresLedger(engine, profile_code=PROFILE_CODE))
            view = rig.wait(job)
        finally:
            engine.dispose()

        # then each was cut once, and nothing happened twice
        assert cutting.cut == list(WRITES)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "two and four")
        assert [(step.ordinal, step.tries) for step in view.steps] == [(1, 1), (2, 1)]
        assert [(task.attempt, task.result and task.result.value) for task in view.tasks] == [(1, "2"), (1, "4")]
        assert len(model.requests) == view.usage.model_calls == 3
