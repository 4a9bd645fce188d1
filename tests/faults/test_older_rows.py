"""F21: jobs that an older release left behind, at every stage, are brought to their end by this one."""

import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models import migrate
from models.checker import Ask, check
from models.ledger import PostgresLedger
from orchestration.records import ClaimedTask, Turn
from orchestration.states import Reason, TaskState
from orchestration.tools import REPLResult, REPLState
from replwright.llm.hashing import request_hash
from tests.support.database import PROFILE_CODE, connections
from tests.support.driver import Driver, ScriptedModel, result_of
from tests.support.older_rows import load_older_rows
from tests.support.seeds import seeds

WAIT_S = 120.0
# The plans of each job's steps; what the older release had planned already is as make_rows.py has it.
SCRIPT: dict[str, Sequence[Sequence[str]]] = {
    "next step": [["next_a", "next_b"], ["next_c"]],
    "second step": [["second_a"], ["second_b"]],
    "almost": [["almost_a", "almost_b", "almost_c"]],
    "planning": [["planning_a"]],
    "journaled": [["journaled_a", "journaled_b"]],
    "repaired": [["repaired_a"]],
    "released": [["released_a"]],
    "first of a session": [["talk_a"]],
    "second of a session": [["talk_b"]],
    "profiled": [["profiled_a"]],
    "being profiled": [["being_a"]],
    "waiting": [["waiting_a", "waiting_b", "waiting_c"]],
    "dispatched": [["dispatched_a", "dispatched_b"]],
    "profile waits": [["late_a"]],
    "queued": [["queued_a"]],
}
NAMED: dict[str, Sequence[Sequence[str]]] = {
    name: [[f"{name.replace(' ', '_')}_{at}" for at in range(3)]] for name in ("snapshot", "too big", "empty")
}
SCRIPTS = {"0001": SCRIPT, "0002": SCRIPT | NAMED}
ENDED = {"answered": Reason.ANSWERED, "failed": Reason.MODEL_ERROR, "cancelled": Reason.CANCELLED}
REJECTED = {"repaired": 1}


class Model(ScriptedModel):
    """The scripted model, whose requests are told apart as those of a real one."""

    def request_hash(self, turn: Turn, state: REPLState) -> str:
        return request_hash(turn, state)


@pytest.mark.parametrize(("revision", "seed"), [*zip(SCRIPTS, seeds("older rows", len(SCRIPTS)), strict=True)])
def test_jobs_of_an_older_release_are_brought_to_their_end(empty_database_url: str, revision: str, seed: int) -> None:
    # given
    script = SCRIPTS[revision]
    migrate.upgrade(empty_database_url, revision)
    with connections(empty_database_url, 4) as engine:
        load_older_rows(engine, revision)
        # when
        migrate.upgrade(empty_database_url)
        ids = _ids(engine)
        assert ids.keys() == script.keys() | ENDED.keys()
        had, done, asked_then = _replies(engine), _done(engine), _asks(engine)
        assert had["journaled"] == 1
        ledger = PostgresLedger(engine, profile_code=PROFILE_CODE)
        model = Model(script)
        _drive(Driver(ledger, model, random.Random(seed), run=_run), list(ids.values()))
        # then
        for question, plans in script.items():
            view = ledger.get(ids[question])
            outputs = "" if question in NAMED else "".join(f"{task} has run\n" for plan in plans for task in plan)
            assert (view.reason, view.answer) == (Reason.ANSWERED, outputs.strip() or "nothing was asked"), question
            # no reply that was journaled was asked for again
            calls = len(plans) + 1 + REJECTED.get(question, 0)
            assert view.usage.model_calls == calls, question
        asked = Counter({question: _replies(engine)[question] - had[question] for question in script})
        assert len(model.asks) == asked.total()
        for question in NAMED.keys() & script.keys():
            values = [task.result.value for task in ledger.get(ids[question]).tasks if task.result]
            assert values == ["1", "2", "3"], question
        assert {name: ledger.get(ids[name]).reason for name in ENDED} == ENDED
        # and what had landed was kept as it was
        assert done.items() <= _done(engine).items()
        with engine.connect() as connection:
            asks = [*asked_then, *model.asks]
            assert check(connection, accepted=ids.values(), asks=asks, all_ended=True) == []


def _drive(driver: Driver, ids: Sequence[UUID]) -> None:
    """Sweep, and take what is due, until all have ended."""
    until = time.monotonic() + WAIT_S
    while not all(driver.ledger.get(number).status.is_terminal for number in ids):
        assert time.monotonic() < until, [view for view in driver.ledger.list(100) if not view.status.is_terminal]
        for process in (driver.worker, driver.host):
            driver.ledger.pulse(process)
        driver.hints += driver.ledger.sweep().hints
        driver.to_the_end()
        time.sleep(0.1)


def _run(task: ClaimedTask) -> REPLResult:
    if task.kind == "profile":
        profile = {"rows": 2, "columns": [{"name": "price"}], "notes": []}
        return replace(result_of(task), stdout="", value_json=json.dumps(profile))
    return result_of(task)


def _ids(engine: Engine) -> dict[str, UUID]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT question, orchestration_id FROM orchestration_payloads"))
        return {row.question: row.orchestration_id for row in rows}


def _replies(engine: Engine) -> Counter[str]:
    """How many replies of the model are in the journal, by question."""
    query = """
        SELECT payload.question, count(*) AS replies FROM model_calls call
        JOIN orchestration_payloads payload USING (orchestration_id) WHERE call.raw IS NOT NULL GROUP BY 1
    """
    with engine.connect() as connection:
        return Counter({row.question: row.replies for row in connection.execute(text(query))})


def _asks(engine: Engine) -> list[Ask]:
    """What the older release asked its model, which kept no log: as far as there are replies."""
    query = """
        SELECT call.request_hash, call.created_at, ARRAY(
            SELECT task.task_id FROM repl_tasks task JOIN steps before ON before.id = task.step_id
            WHERE before.orchestration_id = step.orchestration_id AND before.ordinal < step.ordinal
              AND task.kind = 'spawn' ORDER BY before.ordinal, task.ordinal) AS saw
        FROM model_calls call JOIN steps step ON step.id = call.step_id WHERE call.raw IS NOT NULL ORDER BY call.id
    """
    with engine.connect() as connection:
        return [Ask(row.request_hash, row.created_at, tuple(row.saw)) for row in connection.execute(text(query))]


def _done(engine: Engine) -> dict[int, tuple[object, ...]]:
    """The attempt, host and output of each task that has landed."""
    query = """
        SELECT task.id, task.attempt, result.process_id, result.stdout, result.value FROM repl_tasks task
        JOIN repl_task_results result ON result.repl_task_id = task.id WHERE task.state = :done
    """
    with engine.connect() as connection:
        return {row.id: tuple(row)[1:] for row in connection.execute(text(query), {"done": TaskState.DONE.value})}
