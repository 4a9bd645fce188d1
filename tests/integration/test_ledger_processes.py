"""Processes in the ledger: who is whose neighbour, who is given up at once, and what a heartbeat tells and learns."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from models.queries.heartbeat import NEIGHBOURS
from orchestration.records import Neighbour, StepClaim
from tests.support.database import Clock
from tests.support.driver import job, planned

pytestmark = pytest.mark.usefixtures("promises")


def _claim(ledger: PostgresLedger, process_id: int, number: UUID | None = None) -> StepClaim:
    claim = ledger.claim_step(number or ledger.submit(job()).id, process_id, None)
    assert claim
    return claim


def test_neighbours_are_the_live_processes_of_one_machine(ledger: PostgresLedger) -> None:
    # given
    first = ledger.register("worker", "n", 11, "r", "here", 1000)
    ledger.register("worker", "n", 11, "r", "elsewhere", 1000)
    ledger.register("worker", "n", 12, "r")
    left = ledger.register("beat", "n", 13, "r", "here", 3000)
    last = ledger.register("host", "n", 14, "r", "here", 2**40)
    # when
    ledger.deregister(left)
    # then
    assert ledger.neighbours("here") == [Neighbour(first, 11, 1000), Neighbour(last, 14, 2**40)]


def test_looking_for_neighbours_costs_the_same_however_many_processes_are_over(
    ledger: PostgresLedger, database_engine: Engine
) -> None:
    # given
    with database_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text(
                "INSERT INTO processes (kind, node, pid, release, machine, pid_started, ended_at)"
                " SELECT 'worker', 'n', n, 'r', 'here', n, replwright_now() FROM generate_series(1, 20000) AS n"
            )
        )
        ledger.register("worker", "n", 1, "r", "here", 1)
        connection.execute(text("VACUUM ANALYZE processes"))
        # when
        explain = text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + NEIGHBOURS)
        plan = connection.execute(explain, {"machine": "here"}).scalar_one()[0]["Plan"]
    # then
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 10


def test_work_of_a_process_that_was_seen_to_be_gone_is_returned_by_the_next_sweep(ledger: PostgresLedger) -> None:
    # given a worker and a host that died a moment ago, and two that live
    worker, host, other, other_host = (ledger.register(kind, "n", 1, "r") for kind in ("worker", "host") * 2)
    lost, kept = _claim(ledger, worker), _claim(ledger, other)
    batch = planned(ledger, other, job(), "one", "two")
    [task] = ledger.claim_tasks(host, 1)
    [elsewhere] = ledger.claim_tasks(other_host, 1)
    # when
    assert ledger.sweep().steps_returned == 0
    assert ledger.give_up([worker, host]) == 2
    swept = ledger.sweep()
    # then
    assert (swept.steps_returned, swept.tasks_returned) == (1, 1)
    assert ledger.claim_step(lost.orchestration_id, worker, None) is None
    assert _claim(ledger, other, lost.orchestration_id).plan_attempt == 2
    states = {each.task_id: each.state for each in ledger.get(batch.orchestration_id).tasks}
    assert states == {task.spawn.task_id: "pending", elsewhere.spawn.task_id: "running"}
    assert ledger.pulse(other, [kept]).lost == ()
    assert not ledger.pulse(worker).alive


def test_a_process_is_given_up_once_and_its_stops_are_forgotten(
    ledger: PostgresLedger, database_engine: Engine
) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    claim = planned(ledger, worker, job(), "one")
    ledger.claim_tasks(host, 1)
    ledger.cancel(claim.orchestration_id)
    # when
    given_up = [ledger.give_up([host]), ledger.give_up([host]), ledger.give_up([])]
    # then
    assert given_up == [1, 0, 0]
    with database_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM stops")).scalar_one() == 0
        assert connection.execute(text("SELECT lost FROM processes ORDER BY id")).scalars().all() == [False, True]


def test_a_heartbeat_learns_which_steps_are_lost_whatever_took_them(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker, other = ledger.register("worker", "n", 1, "r"), ledger.register("worker", "n", 2, "r")
    kept, cancelled, overdue = (_claim(ledger, worker) for _ in range(3))
    assert ledger.pulse(worker, [kept, cancelled, overdue]).lost == ()
    # when
    ledger.cancel(cancelled.orchestration_id)
    # then
    assert ledger.pulse(worker, [kept, cancelled, overdue]).lost == (cancelled.step_id,)
    # when one hangs for longer than a claim lasts, and another has it
    clock.advance(899)
    kept = ledger.start_repair(kept, ["renews the claim"])
    clock.advance(2)
    for each in (worker, other):
        ledger.pulse(each)
    ledger.sweep()
    again = _claim(ledger, other, overdue.orchestration_id)
    # then
    assert ledger.pulse(worker, [kept, overdue]).lost == (overdue.step_id,)
    assert ledger.pulse(other, [again]).lost == ()


def test_a_repair_does_not_cost_a_claim_that_was_told_of_before_it(ledger: PostgresLedger) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    claim = _claim(ledger, worker)
    repaired = ledger.start_repair(claim, ["a problem"])
    assert ledger.pulse(worker, [claim]).lost == ()
    assert ledger.pulse(worker, [repaired]).lost == ()


def test_a_claim_of_the_process_before_is_lost(ledger: PostgresLedger) -> None:
    before = ledger.register("worker", "n", 1, "r")
    claim = _claim(ledger, before)
    ledger.give_up([before])
    assert ledger.pulse(ledger.register("worker", "n", 1, "r"), [claim]).lost == (claim.step_id,)


def test_problems_are_kept_as_they_are_now_and_bounded(ledger: PostgresLedger, database_engine: Engine) -> None:
    worker = ledger.register("worker", "n", 1, "r")

    def problems() -> list[str]:
        with database_engine.connect() as connection:
            return list(connection.execute(text("SELECT problems FROM processes")).scalar_one())

    assert problems() == []
    ledger.pulse(worker, problems=["the broker is away \0"])
    assert problems() == ["the broker is away \ufffd"]
    ledger.pulse(worker, problems=["x" * 10_000] * 100)
    assert (len(problems()), len(problems()[0])) == (20, 500)
    ledger.pulse(worker)
    assert problems() == []


def test_an_attempt_that_was_cut_off_is_recorded_by_its_holder_alone(ledger: PostgresLedger) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    claim = _claim(ledger, worker)
    # when
    ledger.record_model_failure(claim, 0, "hash", "cut off: one", only_ours=True)
    ledger.cancel(claim.orchestration_id)
    ledger.record_model_failure(claim, 0, "hash", "cut off: two", only_ours=True)
    # then
    assert ledger.get(claim.orchestration_id).usage.model_calls == 1
