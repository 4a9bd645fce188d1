"""Named REPLs in the rows: one writer, plan order, a state that commits with its result, and a rerun from the last."""

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from models.queries import replay
from orchestration.records import ClaimedTask, Landing, NewOrchestration, SavedState
from orchestration.states import EngineName, ErrorKind, Reason, StateKind
from orchestration.tools import REPLResult, SpawnREPL, TaskType
from tests.support.counting import count_of, landing, landings
from tests.support.database import Clock
from tests.support.driver import job, planned, result_of, spawn

pytestmark = pytest.mark.usefixtures("promises")


@pytest.fixture
def worker(ledger: PostgresLedger) -> int:
    return ledger.register("worker", "n", 1, "r")


@pytest.fixture
def host(ledger: PostgresLedger) -> int:
    return ledger.register("host", "n", 2, "r")


def one(ledger: PostgresLedger, host: int) -> ClaimedTask:
    """The only task of named REPLs that is due."""
    [task] = ledger.claim_tasks(host, 9)
    assert task.named
    return task


def next_plan(ledger: PostgresLedger, worker: int, task: ClaimedTask, *spawns: SpawnREPL) -> None:
    claim = ledger.claim_step(task.orchestration_id, worker, None)
    assert claim
    ledger.commit_plan(claim, spawns, None)


def test_tasks_of_one_repl_run_one_after_the_other_in_plan_order(
    ledger: PostgresLedger, worker: int, host: int
) -> None:
    # given
    planned(ledger, worker, job(), *"abc", repl="r")
    values = []
    for _ in range(3):
        # when
        task = one(ledger, host)
        landed = ledger.land(host, [landing(task)])
        # then
        values.append((task.spawn.task_id, task.spawn.repl, landing(task).result.value))
        assert [hint.name for hint in landed.hints] == ["dispatch" if len(values) < 3 else "resume"]
    assert values == [("a", "r", "1"), ("b", "r", "2"), ("c", "r", "3")]
    assert [task.repl for task in ledger.get(task.orchestration_id).tasks] == ["r", "r", "r"]


def test_a_repl_that_is_busy_keeps_nobody_else_waiting(ledger: PostgresLedger, worker: int, host: int) -> None:
    planned(ledger, worker, job(), *[f"t{n}" for n in range(20)], repl="r")
    planned(ledger, worker, job(), "fresh")
    claimed = ledger.claim_tasks(host, 2)
    assert {task.spawn.task_id: task.siblings for task in claimed} == {"fresh": 1, "t0": 20}


def test_names_are_of_their_orchestration_or_of_their_session(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    planned(ledger, worker, job(), "a", repl="r")
    planned(ledger, worker, job(), "b", repl="r")
    in_session = NewOrchestration("q", "m", session_id="s")
    claim = planned(ledger, worker, in_session, "c", repl="r")
    # when
    tasks = ledger.claim_tasks(host, 9)
    ledger.land(host, landings(tasks))
    ledger.cancel(claim.orchestration_id)
    planned(ledger, worker, in_session, "d", repl="r")
    again = one(ledger, host)
    # then
    assert len({task.named.id for task in tasks if task.named}) == 3
    assert again.named
    assert again.named.id in {task.named.id for task in tasks if task.named and task.spawn.task_id == "c"}
    assert (again.named.version, count_of(again.named.snapshot), again.named.engine) == (1, 1, EngineName.CPYTHON)


def test_a_task_whose_host_died_starts_again_from_the_committed_state(
    ledger: PostgresLedger, worker: int, clock: Clock
) -> None:
    # given
    dead = ledger.register("host", "n", 2, "r")
    planned(ledger, worker, job(), *"ab", repl="r")
    ledger.land(dead, [landing(one(ledger, dead))])
    lost = one(ledger, dead)
    # when
    clock.advance(9)
    ledger.pulse(worker)
    ledger.sweep()
    host = ledger.register("host", "n", 3, "r")
    again = one(ledger, host)
    late = ledger.land(dead, [landing(lost)])
    kept = ledger.land(host, [landing(again)])
    # then
    assert lost.named
    assert again.named
    assert (again.named.version, again.named.fence) == (lost.named.version, lost.named.fence + 1)
    assert (late.refused, kept.landed) == ((lost.id,), (again.id,))
    assert landing(again).result.value == "2"


def test_a_refused_landing_moves_no_state(
    ledger: PostgresLedger, worker: int, host: int, database_engine: Engine
) -> None:
    # given
    session = NewOrchestration("q", "m", session_id="s")
    claim = planned(ledger, worker, session, "a", repl="r")
    task = one(ledger, host)
    # when
    ledger.cancel(claim.orchestration_id)
    refused = ledger.land(host, [landing(task)]).refused
    # then
    assert refused == (task.id,)
    with database_engine.connect() as connection:
        assert connection.execute(text("SELECT state, version, snapshot FROM named_repls")).one() == ("empty", 0, None)


def test_a_state_too_big_to_save_is_led_to_by_the_runs_since_the_snapshot(
    ledger: PostgresLedger, worker: int, host: int
) -> None:
    # given
    session = NewOrchestration("q", "m", session_id="s")
    claim = planned(ledger, worker, session, *"abcd", repl="r")
    ledger.land(host, [landing(one(ledger, host))])
    big = [one(ledger, host)]
    ledger.land(host, landings(big, StateKind.TOO_BIG))
    big.append(one(ledger, host))
    failed = REPLResult("c", is_success=False, stderr="ValueError: x", error_kind=ErrorKind.EXCEPTION)
    ledger.land(host, [Landing(big[1], failed, landing(big[1], StateKind.TOO_BIG).state)])
    unchanged = one(ledger, host)
    ledger.land(host, [Landing(unchanged, result_of(unchanged), SavedState(StateKind.UNCHANGED, EngineName.CPYTHON))])
    # when
    ledger.cancel(claim.orchestration_id)
    planned(ledger, worker, session, "e", repl="r")
    named = one(ledger, host).named
    # then
    assert named
    assert (named.version, count_of(named.snapshot)) == (3, 1)
    assert [(run.spawn.task_id, run.succeeded, run.spawn.repl) for run in named.replay] == [
        ("b", True, "r"),
        ("c", False, "r"),
    ]


def test_a_replay_has_the_results_that_its_runs_had(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    planned(ledger, worker, job(), "a")
    [first] = ledger.claim_tasks(host, 1)
    ledger.land(host, [landing(first)])
    next_plan(ledger, worker, first, spawn("b", repl="r"), spawn("c", repl="r"))
    task = one(ledger, host)
    # when
    ledger.land(host, landings([task], StateKind.TOO_BIG))
    named = one(ledger, host).named
    # then
    assert named
    [run] = named.replay
    assert (run.spawn, run.earlier) == (task.spawn, task.earlier)
    assert [result.task_id for result in run.earlier] == ["a"]


def test_more_runs_than_are_replayed_lose_the_state_for_good(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    planned(ledger, worker, job(), *[f"t{n}" for n in range(53)], repl="r")
    # when
    for _ in range(51):
        ledger.land(host, landings([one(ledger, host)], StateKind.TOO_BIG))
    lost = one(ledger, host)
    ledger.land(host, [landing(lost)])
    later = one(ledger, host)
    # then
    assert lost.named
    assert later.named
    assert "at most 50 runs" in str(lost.named.lost)
    assert lost.named.lost == later.named.lost


def test_runs_that_are_too_much_to_be_run_again_lose_the_state(
    ledger: PostgresLedger, worker: int, host: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "MAX_REPLAY_BYTES", 20)
    planned(ledger, worker, job(), *"abcd", repl="r")
    lost = []
    for _ in range(4):
        task = one(ledger, host)
        lost.append(bool(task.named and task.named.lost))
        ledger.land(host, [landing(task, StateKind.TOO_BIG)])
    assert lost == [False, False, False, True]


def test_a_state_that_could_not_be_restored_stays_lost_and_says_why(
    ledger: PostgresLedger, worker: int, host: int
) -> None:
    # given
    planned(ledger, worker, job(), *"abc", repl="r")
    ledger.land(host, [landing(one(ledger, host))])
    gone = one(ledger, host)
    result = REPLResult("b", is_success=False, stderr="no such file\n", error_kind=ErrorKind.STATE_LOST)
    # when
    ledger.land(host, [Landing(gone, result, landing(gone, StateKind.LOST).state)])
    # then
    named = one(ledger, host).named
    assert named
    assert named.lost == "task 'b': no such file"


def test_the_engine_of_a_plan_comes_back_with_its_task(ledger: PostgresLedger, worker: int, host: int) -> None:
    planned(ledger, worker, job(), "a")
    [first] = ledger.claim_tasks(host, 1)
    ledger.land(host, [landing(first)])
    asked = SpawnREPL("b", TaskType.COMPUTE, "1", engine=EngineName.RUST)
    next_plan(ledger, worker, first, asked)
    [task] = ledger.claim_tasks(host, 1)
    assert (first.spawn.engine, task.spawn) == (EngineName.AUTO, asked)


def test_the_states_of_an_orchestration_go_when_it_ends(
    ledger: PostgresLedger, worker: int, host: int, database_engine: Engine
) -> None:
    # given
    planned(ledger, worker, job(), "a", repl="r")
    task = one(ledger, host)
    ledger.land(host, [landing(task)])
    # when
    claim = ledger.claim_step(task.orchestration_id, worker, None)
    assert claim
    ledger.finish(claim, Reason.ANSWERED, "done", None)
    # then
    with database_engine.connect() as connection:
        assert connection.execute(text("SELECT state, snapshot FROM named_repls")).one() == ("empty", None)
