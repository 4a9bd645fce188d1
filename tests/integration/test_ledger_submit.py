"""What submit accepts, what it refuses, and what it finds again."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from orchestration.errors import BadInput, Conflict, NotFound, ServiceMissing
from orchestration.limits import MAX_QUESTION_CHARS, Limits
from orchestration.records import ClaimedTask, Input, Landing, NewOrchestration
from orchestration.states import ErrorKind, Reason, Status
from orchestration.tools import InputProfile, REPLResult
from tests.support.database import PROFILE_CODE, connections

PRICES = Input("prices", "a" * 64, 10, "csv")
SALES = Input("sales", "b" * 64, 20, "parquet")
ASKED = NewOrchestration("how many?", "m", root_task_id="root", idempotency_key="key", inputs=(PRICES,))
PROFILE = {"rows": 3, "columns": [{"name": "price", "type": "int"}], "notes": ["one\x00note"]}


def profiled(task: ClaimedTask, profile: object = PROFILE) -> Landing:
    return Landing(task, REPLResult(task.spawn.task_id, True, value_json=json.dumps(profile)))


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_same_key_with_the_same_request_finds_the_same_job(ledger: PostgresLedger, database_engine: Engine) -> None:
    first, second = ledger.submit(ASKED), ledger.submit(ASKED)
    assert (first.created, second.created) == (True, False)
    assert first.id == second.id
    assert count(database_engine, "orchestrations") == 1


@pytest.mark.parametrize(
    "changed",
    [
        replace(ASKED, question="how much?"),
        replace(ASKED, model="another"),
        replace(ASKED, inputs=(replace(PRICES, blob="c" * 64),)),
        replace(ASKED, inputs=(replace(PRICES, name="costs"),)),
        replace(ASKED, inputs=()),
        replace(ASKED, limits=Limits(max_steps=3)),
        replace(ASKED, given_plan="[]"),
        replace(ASKED, session_id="s"),
    ],
)
def test_the_same_key_with_another_request_is_a_conflict(
    ledger: PostgresLedger, database_engine: Engine, changed: NewOrchestration
) -> None:
    ledger.submit(ASKED)
    with pytest.raises(Conflict, match="idempotency_key"):
        ledger.submit(changed)
    assert (count(database_engine, "orchestrations"), count(database_engine, "sessions")) == (1, 0)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (replace(ASKED, question=""), "question"),
        (replace(ASKED, question=" \n"), "question"),
        (replace(ASKED, question="a\x00b"), "question"),
        (replace(ASKED, question="a\ud800b"), "question"),
        (replace(ASKED, question="a" * (MAX_QUESTION_CHARS + 1)), "question"),
        (replace(ASKED, idempotency_key="k" * 201), "idempotency_key"),
        (replace(ASKED, session_id=""), "session_id"),
        (replace(ASKED, tenant="nobody"), "tenant"),
        (replace(ASKED, inputs=(PRICES, PRICES)), "inputs"),
        (replace(ASKED, inputs=(replace(PRICES, size=0),)), "inputs"),
        (replace(ASKED, inputs=(replace(PRICES, format="doc"),)), "inputs"),
        (replace(ASKED, inputs=(replace(PRICES, blob="../../etc"),)), "inputs"),
        (replace(ASKED, inputs=tuple(replace(PRICES, name=f"t{n}") for n in range(51))), "inputs"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(
    ledger: PostgresLedger, database_engine: Engine, bad: NewOrchestration, field: str
) -> None:
    with pytest.raises(BadInput, match=rf"^{field}: "):
        ledger.submit(bad)
    tables = ("orchestrations", "orchestration_payloads", "inputs", "blobs", "steps", "events", "sessions")
    assert [count(database_engine, table) for table in tables] == [0] * len(tables)


def test_inputs_are_profiled_once_each_and_then_step_1_is_due(ledger: PostgresLedger) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    copy = replace(PRICES, name="copy")
    submitted = ledger.submit(replace(ASKED, inputs=(PRICES, SALES, copy)))
    tasks = ledger.claim_tasks(host, 9)
    # when
    landed = ledger.land(host, [profiled(task) for task in tasks])
    # then
    assert [hint.name for hint in submitted.hints] == ["dispatch"]
    assert [(task.kind, [item.name for item in task.inputs]) for task in tasks] == [
        ("profile", ["prices"]),
        ("profile", ["sales"]),
    ]
    assert tasks[0].spawn.code_to_execute == PROFILE_CODE
    assert json.loads(tasks[0].spawn.context_data) == {"input": "prices", "format": "csv"}
    assert [(hint.name, hint.task_id) for hint in landed.hints] == [("plan", "root")]
    claim = ledger.claim_step(submitted.id, worker, "root")
    assert claim
    turn = ledger.turn(claim)
    assert [profile.name for profile in turn.profiles] == ["prices", "sales", "copy"]
    assert turn.profiles[0] == InputProfile("prices", "csv", 3, ({"name": "price", "type": "int"},), ("one\ufffdnote",))
    assert (turn.results, turn.spawned, turn.used_task_ids) == ((), 0, frozenset())


def test_an_input_that_was_profiled_before_is_not_profiled_again(ledger: PostgresLedger) -> None:
    # given
    host = ledger.register("host", "n", 2, "r")
    ledger.submit(ASKED)
    ledger.land(host, [profiled(task) for task in ledger.claim_tasks(host, 9)])
    # when
    again = ledger.submit(replace(ASKED, idempotency_key=None, question="and now?"))
    # then
    assert [hint.name for hint in again.hints] == ["plan"]
    assert [step.ordinal for step in ledger.get(again.id).steps] == [1]


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (REPLResult("x", False, stderr="Traceback\n  ...\nValueError: no columns\n\n"), "ValueError: no columns"),
        (REPLResult("x", False, error_kind=ErrorKind.OUT_OF_MEMORY), "out of memory"),
        (REPLResult("x", True, value_json=None), "it gave no profile"),
        (REPLResult("x", True, value_json="[" * 100_000), "its profile is not JSON"),
        (REPLResult("x", True, value_json='{"rows": NaN}'), "its profile is not JSON"),
        (REPLResult("x", True, value_json='{"rows": -1, "columns": []}'), "no count of rows"),
        (REPLResult("x", True, value_json='{"rows": true, "columns": []}'), "no count of rows"),
        (REPLResult("x", True, value_json='{"rows": 1, "columns": [1]}'), "no list of at most"),
        (REPLResult("x", True, value_json='{"rows": 1, "columns": [], "notes": [1]}'), "not a list of texts"),
        (REPLResult("x", True, value_json="1" * 2_000_000), "very large"),
    ],
)
def test_an_input_that_cannot_be_read_ends_the_job_with_one_line(
    ledger: PostgresLedger, database_engine: Engine, result: REPLResult, why: str
) -> None:
    # given
    host = ledger.register("host", "n", 2, "r")
    submitted = ledger.submit(replace(ASKED, inputs=(SALES, PRICES)))
    sales, prices = ledger.claim_tasks(host, 9)
    # when
    landed = ledger.land(host, [profiled(sales), Landing(prices, result)])
    # then
    view = ledger.get(submitted.id)
    assert (view.status, view.reason) == (Status.FAILED, Reason.BAD_INPUT)
    assert view.detail
    assert view.detail.startswith("input 'prices' cannot be read: ")
    assert why in view.detail
    assert "\n" not in view.detail
    assert (landed.hints, count(database_engine, "profiles")) == ((), 1)


def test_one_orchestration_of_a_session_is_active_at_a_time(ledger: PostgresLedger) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    first, second, other = (
        ledger.submit(NewOrchestration(question, "m", session_id=session)).id
        for question, session in (("first", "s"), ("second", "s"), ("other", "t"))
    )
    # when
    too_early = ledger.claim_step(second, worker, None)
    others = ledger.claim_step(other, worker, None)
    claim = ledger.claim_step(first, worker, None)
    assert claim
    ledger.finish(claim, Reason.ANSWERED, "yes", None)
    # then
    assert too_early is None
    assert others is not None
    assert ledger.claim_step(second, worker, None) is not None


def test_unknown_orchestrations_are_not_found(ledger: PostgresLedger) -> None:
    nobody = uuid4()
    with pytest.raises(NotFound):
        ledger.get(nobody)
    with pytest.raises(NotFound):
        ledger.cancel(nobody)
    assert ledger.claim_step(nobody, ledger.register("worker", "n", 1, "r"), None) is None
    assert list(ledger.events(nobody)) == []


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    url = "postgresql://user:s3cret@127.0.0.1:1/nowhere"
    with connections(url) as engine, pytest.raises(ServiceMissing) as caught:
        PostgresLedger(engine, profile_code="", patience_s=0).submit(ASKED)
    assert "127.0.0.1:1/nowhere" in str(caught.value)
    assert "REPLWRIGHT_DATABASE_URL" in caught.value.remedy
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
