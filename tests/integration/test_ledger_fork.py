"""Fork: a new orchestration with copies of what came before a step; the original stays as it was."""

import random
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from orchestration.errors import BadInput, Conflict, NotFound
from orchestration.limits import Limits
from orchestration.records import Fork, Input, Landing, NewOrchestration
from orchestration.states import Reason, Status
from orchestration.tools import Artifact, REPLResult
from replwright.blobs import BlobStore
from tests.support.counting import landings
from tests.support.database import Clock
from tests.support.driver import Driver, ScriptedModel, job, planned, result_of, spawn

pytestmark = pytest.mark.usefixtures("promises")

PLANS = [["a", "b"], ["c"]]
DAY_S = 24 * 3600.0


@pytest.fixture
def driver(ledger: PostgresLedger) -> Driver:
    return Driver(ledger, ScriptedModel({"q": PLANS, "another": [*PLANS, ["d"]]}), random.Random(0))


def answered(driver: Driver) -> UUID:
    number = driver.submit("q")
    driver.to_the_end()
    return number


def go_on(driver: Driver, original: UUID, fork: Fork) -> UUID:
    forked = driver.ledger.fork(original, fork)
    assert forked.created
    driver.hints += forked.hints
    driver.to_the_end()
    return forked.id


@pytest.mark.parametrize(("step", "asked"), [(1, 4), (2, 3), (3, 2), (None, 2)])
def test_a_fork_goes_on_from_each_step_with_what_came_before(
    driver: Driver, ledger: PostgresLedger, step: int | None, asked: int
) -> None:
    # given
    original = answered(driver)
    before = ledger.get(original)
    # when
    fork = go_on(driver, original, Fork(step, question="another", root_task_id="r"))
    # then
    view = ledger.get(fork)
    assert (view.reason, view.question) == (Reason.ANSWERED, "another")
    assert view.answer == "a has run\nb has run\nc has run\nd has run"
    assert (view.forked_from, view.forked_step, view.retries) == (original, step or 3, 0)
    assert view.usage.model_calls == asked
    assert [(task.step, task.task_id) for task in view.tasks] == [(1, "a"), (1, "b"), (2, "c"), (3, "d")]
    copied = [task for task in view.tasks if task.step < (step or 3)]
    assert [task.result for task in copied] == [task.result for task in before.tasks if task.step < (step or 3)]
    assert ledger.get(original) == before
    assert ledger.events(fork)[0].data == {"inputs": [], "forked_from": str(original), "forked_step": step or 3}


def test_a_fork_of_a_fork(driver: Driver, ledger: PostgresLedger) -> None:
    fork = go_on(driver, answered(driver), Fork(question="another"))
    second = go_on(driver, fork, Fork(2))
    view = ledger.get(second)
    assert (view.answer, view.forked_from) == ("a has run\nb has run\nc has run\nd has run", fork)
    assert [(task.step, task.task_id) for task in view.tasks] == [(1, "a"), (1, "b"), (2, "c"), (3, "d")]


def test_what_was_cancelled_or_failed_can_be_forked_from_where_it_stood(driver: Driver, ledger: PostgresLedger) -> None:
    # given
    original = driver.submit("q")
    driver.take(driver.hints.pop())
    driver.take(driver.hints.pop())
    ledger.cancel(original)
    driver.running.clear()
    # when
    fork = go_on(driver, original, Fork(deadline_s=77))
    # then
    view = ledger.get(fork)
    assert (view.forked_step, view.answer) == (1, "a has run\nb has run\nc has run")
    assert 70 < (view.deadline_at - view.created_at).total_seconds() < 80
    assert ledger.get(original).status is Status.CANCELLED


def test_the_same_key_and_body_find_the_same_fork_and_another_body_is_a_conflict(
    driver: Driver, ledger: PostgresLedger
) -> None:
    # given
    original = answered(driver)
    asked = Fork(2, question="another", idempotency_key="k")
    first = ledger.fork(original, asked)
    # then
    again = ledger.fork(original, replace(asked, root_task_id="other"))
    assert (again.id, again.created) == (first.id, False)
    for other in (replace(asked, step=1), replace(asked, question=None), replace(asked, deadline_s=60)):
        with pytest.raises(Conflict, match="idempotency_key"):
            ledger.fork(original, other)
    ledger.cancel(first.id)
    with pytest.raises(Conflict):
        ledger.fork(first.id, asked)
    with pytest.raises(Conflict):
        ledger.submit(NewOrchestration("another", "scripted", idempotency_key="k"))


@pytest.mark.parametrize(
    ("fork", "words"),
    [
        (Fork(0), "step: 0 is below 1"),
        (Fork(4), "step: 4 is outside 1 to 3; give a step from 1 to 3"),
        (Fork(question=" "), "question: is empty"),
        (Fork(question="a\x00b"), "question: holds a NUL"),
        (Fork(deadline_s=0), "deadline_s: 0 is outside"),
        (Fork(deadline_s=float("nan")), "deadline_s"),
        (Fork(idempotency_key=""), "idempotency_key: is empty"),
    ],
)
def test_a_fork_that_makes_no_sense_is_refused_and_nothing_is_stored(
    driver: Driver, ledger: PostgresLedger, fork: Fork, words: str
) -> None:
    original = answered(driver)
    with pytest.raises(BadInput, match=words):
        ledger.fork(original, fork)
    assert [view.id for view in ledger.list()] == [original]


def test_what_cannot_be_forked_is_refused_with_the_remedy(ledger: PostgresLedger) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    still_open = ledger.submit(job()).id
    stepless = ledger.submit(NewOrchestration("q", "m", (Input("data", "f" * 64, 6, "csv"),))).id
    ledger.cancel(stepless)
    in_session = planned(ledger, worker, NewOrchestration("q", "m", session_id="s"), "a", repl="r").orchestration_id
    ledger.land(host, landings(ledger.claim_tasks(host, 9)))
    ledger.cancel(in_session)
    # then
    for number, words in (
        (still_open, "it is still queued; wait until it has ended, or cancel it"),
        (stepless, r"it ended \(cancelled\) before its first step; submit the question again"),
        (in_session, "its named REPLs belong to its session; submit the question in that session"),
    ):
        with pytest.raises(BadInput, match=words):
            ledger.fork(number, Fork())
    with pytest.raises(NotFound):
        ledger.fork(UUID(int=1), Fork())


def test_another_model_takes_the_place_of_a_given_plan(ledger: PostgresLedger) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    plan = NewOrchestration("q", "given plan", given_plan="[[]]", limits=Limits(max_repairs=0, max_steps=7))
    original = planned(ledger, worker, plan, "a").orchestration_id
    ledger.cancel(original)
    # when
    turns = []
    for asked in (Fork(), Fork(model="other")):
        claim = ledger.claim_step(ledger.fork(original, asked).id, worker, None)
        assert claim
        turns.append(ledger.turn(claim))
    # then
    assert [(turn.model, turn.given_plan) for turn in turns] == [("given plan", "[[]]"), ("other", None)]
    assert [(turn.limits.max_repairs, turn.limits.max_steps) for turn in turns] == [(0, 7), (2, 7)]


def test_a_fork_takes_a_place_among_the_open_ones_of_its_tenant(
    driver: Driver, ledger: PostgresLedger, database_engine: Engine
) -> None:
    original = answered(driver)
    with database_engine.begin() as connection:
        connection.execute(text("INSERT INTO quotas (tenant, max_active) VALUES ('default', 1)"))
    ledger.fork(original, Fork())
    with pytest.raises(BadInput, match="its quota max_active is 1"):
        ledger.fork(original, Fork())


def test_inputs_profiles_messages_and_files_go_with_a_fork_and_outlive_the_original(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    # given
    store = BlobStore(str(tmp_path / "blobs"), tmp_path / "cache")
    data, picture = store.put_bytes(b"n\n1\n"), store.put_bytes(b"picture")
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    original = ledger.submit(NewOrchestration("q", "m", (Input("data", data, 4, "csv"),))).id
    [look] = ledger.claim_tasks(host, 1)
    profile = REPLResult("profile_0", True, value_json='{"rows": 1, "columns": [], "notes": []}')
    ledger.land(host, [Landing(look, profile)])
    claim = ledger.claim_step(original, worker, None)
    assert claim
    ledger.commit_plan(claim, [spawn("a")], "working on it")
    [task] = ledger.claim_tasks(host, 1)
    files = (Artifact("one.png", 7, picture),)
    ledger.land(host, [Landing(task, replace(result_of(task), artifacts=files))])
    ledger.cancel(original)
    # when
    fork = ledger.fork(original, Fork(deadline_s=7 * DAY_S)).id
    with database_engine.begin() as connection:
        connection.execute(text("DELETE FROM orchestrations WHERE id = :id"), {"id": original})
    clock.advance(2 * DAY_S)
    assert ledger.collect_blobs(DAY_S, 10, lambda _: True) == 0
    # then
    ledger.pulse(worker)
    claim = ledger.claim_step(fork, ledger.register("worker", "n", 3, "r"), None)
    assert claim
    turn = ledger.turn(claim)
    assert (claim.ordinal, turn.inputs, turn.messages) == (2, (Input("data", data, 4, "csv"),), ("working on it",))
    assert [(seen.name, seen.rows) for seen in turn.profiles] == [("data", 1)]
    assert [result.artifacts for result in turn.results] == [files]
    # and once the fork is gone, too, so are the files
    with database_engine.begin() as connection:
        connection.execute(text("DELETE FROM orchestrations"))
    assert ledger.collect_blobs(DAY_S, 10, lambda _: True) == 0, "they were looked at just now, and are young again"
    clock.advance(2 * DAY_S)
    assert ledger.collect_blobs(DAY_S, 10, lambda _: True) == 2
