"""A connection that is cut during a commit: nobody knows whether it happened, and the ledger finds out by its keys."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text

from models.checker import check
from models.ledger import PostgresLedger
from models.transactions import transact
from orchestration.errors import ServiceMissing
from orchestration.records import Landing, NewOrchestration, Reply
from orchestration.states import Reason
from tests.support.counting import landing, left
from tests.support.database import PROFILE_CODE
from tests.support.driver import planned, result_of, spawn


@dataclass(slots=True)
class Cut:
    """Cuts the connection at the next commits: `after` the server did it, or before."""

    commit: Callable[[Any], None]
    left: int = 0
    after: bool = True
    fired: int = 0

    def __call__(self, connection: Any) -> None:
        if not self.left:
            self.commit(connection)
            return
        self.left -= 1
        self.fired += 1
        if self.after:
            self.commit(connection)
        connection.dbapi_connection.close()
        raise psycopg.OperationalError("the connection is lost")


@pytest.fixture
def cut(database_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Cut:
    cut = Cut(database_engine.dialect.do_commit)
    monkeypatch.setattr(database_engine.dialect, "do_commit", cut)
    return cut


@pytest.fixture(params=[True, False], ids=["after the commit", "before the commit"])
def cuts(request: pytest.FixtureRequest, cut: Cut, database_engine: Engine) -> Iterator[Callable[[], None]]:
    """Arms the cut; at the end it fired as often as it was armed, and the promises hold."""
    armed = 0

    def arm() -> None:
        nonlocal armed
        armed += 1
        cut.left, cut.after = 1, request.param

    yield arm
    assert cut.fired == armed > 0
    with database_engine.connect() as connection:
        assert check(connection) == []


def test_a_submit_is_accepted_once(ledger: PostgresLedger, cuts: Callable[[], None]) -> None:
    cuts()
    submitted = ledger.submit(NewOrchestration("how many?", "m"))
    assert submitted.created
    assert [view.id for view in ledger.list()] == [submitted.id]


def test_a_whole_job_goes_on_as_if_nothing_happened(ledger: PostgresLedger, cuts: Callable[[], None]) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    number = ledger.submit(NewOrchestration("how many?", "m", root_task_id="root")).id
    # when: every write is cut once
    cuts()
    claim = ledger.claim_step(number, worker, "root")
    assert claim
    cuts()
    ledger.record_reply(claim, 0, "hash", Reply("raw", "m"))
    cuts()
    claim = ledger.start_repair(claim, ["empty"])
    cuts()
    committed = ledger.commit_plan(claim, [spawn("one"), spawn("two")], "progress")
    cuts()
    tasks = ledger.claim_tasks(host, 2)
    cuts()
    landed = ledger.land(host, [Landing(task, result_of(task)) for task in tasks])
    cuts()
    last = ledger.claim_step(number, worker, "next")
    assert last
    cuts()
    ledger.finish(last, Reason.ANSWERED, "two", None)
    # then
    view = ledger.get(number)
    assert claim.plan_attempt == 2
    assert landed.landed == committed.task_ids == tuple(task.id for task in tasks)
    assert (view.reason, view.answer, view.usage.model_calls) == (Reason.ANSWERED, "two", 1)
    assert [(step.ordinal, step.tries) for step in view.steps] == [(1, 1), (2, 1)]
    assert [task.attempt for task in view.tasks] == [1, 1]


def test_a_named_repl_is_opened_saved_and_run_in_once(ledger: PostgresLedger, cuts: Callable[[], None]) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    # when
    cuts()
    named = ledger.open_repl(host, "s", "r")
    assert named
    cuts()
    saved = ledger.save_repl(host, named, left(named))
    planned(ledger, worker, NewOrchestration("q", "m", session_id="s"), "a", repl="r")
    cuts()
    [task] = ledger.claim_tasks(host, 9)
    cuts()
    landed = ledger.land(host, [landing(task)])
    # then
    assert saved
    assert task.named
    assert (named.fence, task.named.fence, task.named.version) == (1, 2, 1)
    assert (landed.landed, landing(task).result.value) == ((task.id,), "2")


def test_a_database_that_stays_away_is_service_missing(ledger: PostgresLedger, cut: Cut) -> None:
    cut.left, cut.after = 10, False
    with pytest.raises(ServiceMissing, match="the connection is lost"):
        ledger.submit(NewOrchestration("how many?", "m"))
    assert cut.fired == 2


def test_what_was_done_under_a_claim_is_worth_waiting_for(database_engine: Engine, cut: Cut) -> None:
    ledger = PostgresLedger(database_engine, profile_code=PROFILE_CODE, patience_s=30)
    worker = ledger.register("worker", "n", 1, "r")
    claim = ledger.claim_step(ledger.submit(NewOrchestration("how many?", "m")).id, worker, None)
    assert claim
    cut.left, cut.after = 6, False
    ledger.finish(claim, Reason.ANSWERED, "two", None)
    assert cut.fired == 6


def test_work_that_stood_still_within_its_transaction_is_done_again(database_engine: Engine) -> None:
    # given work that the server gives up on, once
    seen: list[int] = []

    def work(connection: Connection) -> int:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
        seen.append(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        if len(seen) == 1:
            time.sleep(0.5)
        return int(connection.execute(text("SELECT 42")).scalar_one())

    # when, then
    assert transact(database_engine, work) == 42
    assert len(set(seen)) == 2
