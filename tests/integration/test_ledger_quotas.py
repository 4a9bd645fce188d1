"""Quotas of a tenant: REPL tasks a day, counted as plans are committed, and orchestrations at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from orchestration.errors import BadInput
from orchestration.records import Input, NewOrchestration, StepClaim
from orchestration.states import Reason
from tests.support.database import Clock
from tests.support.driver import job, planned, spawn

pytestmark = pytest.mark.usefixtures("promises")
WEEK_S = 7 * 24 * 3600.0


def quota(engine: Engine, **limits: int) -> None:
    columns, values = ", ".join(limits), ", ".join(str(value) for value in limits.values())
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO quotas (tenant, {columns}) VALUES ('default', {values})"))


def used(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT repl_tasks FROM quota_uses ORDER BY day")).scalars())


def claimed(ledger: PostgresLedger, worker: int) -> StepClaim:
    claim = ledger.claim_step(ledger.submit(job(deadline_s=WEEK_S)).id, worker, None)
    assert claim
    return claim


def test_a_plan_over_the_quota_ends_its_orchestration_and_says_why(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    # given
    quota(database_engine, max_repl_tasks_a_day=3)
    worker = ledger.register("worker", "n", 1, "r")
    planned(ledger, worker, job(deadline_s=WEEK_S), "a", "b")
    second, third = claimed(ledger, worker), claimed(ledger, worker)
    # when
    refused = ledger.commit_plan(second, [spawn("c"), spawn("d")], None)
    taken = ledger.commit_plan(third, [spawn("e")], None)
    # then
    view = ledger.get(second.orchestration_id)
    assert (view.reason, view.detail, view.tasks) == (Reason.BUDGET_EXHAUSTED, refused.refused, ())
    for part in ("tenant 'default'", "3 REPL tasks a day", "(UTC) it planned 2", "asks for 2 more"):
        assert part in str(view.detail)
    assert (len(taken.task_ids), taken.refused, used(database_engine)) == (1, None, [3])
    # when
    with pytest.raises(BadInput, match="max_repl_tasks_a_day is 3"):
        ledger.submit(job())
    clock.advance(24 * 3600)
    worker = ledger.register("worker", "n", 2, "r")
    planned(ledger, worker, job(), "f", "g", "h")
    # then
    assert used(database_engine) == [3, 3]


def test_profiles_are_not_counted_and_no_quota_is_no_limit(ledger: PostgresLedger, database_engine: Engine) -> None:
    ledger.submit(NewOrchestration("q", "m", (Input("data", "0" * 64, 9, "csv"),)))
    assert used(database_engine) == []
    planned(ledger, ledger.register("worker", "n", 1, "r"), job(), *[f"t{n}" for n in range(150)])
    assert used(database_engine) == [150]


def test_at_most_so_many_orchestrations_are_open_at_once(ledger: PostgresLedger, database_engine: Engine) -> None:
    # given
    quota(database_engine, max_active=2)
    first = ledger.submit(NewOrchestration("first", "m", idempotency_key="k"))
    ledger.submit(job())
    # when
    with pytest.raises(BadInput, match=r"'default' has 2 orchestrations open, and its quota max_active is 2"):
        ledger.submit(job())
    again = ledger.submit(NewOrchestration("first", "m", idempotency_key="k"))
    ledger.cancel(first.id)
    # then
    assert (again.id, again.created) == (first.id, False)
    assert ledger.submit(job()).created
    assert len(ledger.list()) == 3


def test_plans_that_come_together_are_counted_exactly(ledger: PostgresLedger, database_engine: Engine) -> None:
    # given
    quota(database_engine, max_repl_tasks_a_day=10)
    worker = ledger.register("worker", "n", 1, "r")
    claims = [claimed(ledger, worker) for _ in range(8)]
    # when
    with ThreadPoolExecutor(8) as threads:
        commits = list(threads.map(lambda claim: ledger.commit_plan(claim, [spawn("a"), spawn("b")], None), claims))
    # then
    assert (sum(len(commit.task_ids) for commit in commits), used(database_engine)) == (10, [10])
    assert sum(commit.refused is not None for commit in commits) == 3
