"""Library callers and the sweeper: one writer of a session's REPL, and a state that nobody uses is deleted."""

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from orchestration.errors import BadInput
from orchestration.records import Execution, NamedRepl, NewOrchestration, SavedState
from orchestration.states import EngineName, ErrorKind, StateKind
from tests.support.counting import count_of, landing, left
from tests.support.database import Clock
from tests.support.driver import planned

pytestmark = pytest.mark.usefixtures("promises")

IN_SESSION = NewOrchestration("q", "m", session_id="s")
DAY_S = 24 * 3600.0


@pytest.fixture
def host(ledger: PostgresLedger) -> int:
    return ledger.register("host", "n", 1, "r")


def opened(ledger: PostgresLedger, host: int, name: str = "r") -> NamedRepl:
    named = ledger.open_repl(host, "s", name)
    assert named
    return named


def test_a_caller_has_a_sessions_repl_alone_until_it_is_saved(ledger: PostgresLedger, host: int) -> None:
    # given
    other = ledger.register("host", "n", 2, "r")
    first = opened(ledger, host)
    # when
    refused = [ledger.open_repl(process, "s", "r") for process in (host, other)]
    saved = ledger.save_repl(host, first, left(first))
    second = opened(ledger, other)
    late = ledger.save_repl(host, first, left(first))
    # then
    assert (refused, saved, late) == ([None, None], True, False)
    assert (second.version, count_of(second.snapshot), second.fence) == (1, 1, 2)
    assert opened(ledger, other, "another").version == 0


@pytest.mark.parametrize("how", ["dead", "hung"])
def test_a_caller_that_is_gone_gives_its_repl_up(ledger: PostgresLedger, host: int, clock: Clock, how: str) -> None:
    # given
    first = opened(ledger, host)
    # when
    clock.advance(9 if how == "dead" else 3700)
    if how == "hung":
        ledger.pulse(host)
    other = ledger.register("host", "n", 2, "r")
    ledger.sweep()
    second = opened(ledger, other)
    # then
    assert not ledger.save_repl(host, first, left(first))
    assert ledger.save_repl(other, second, left(second))
    assert opened(ledger, other).version == second.fence


def test_callers_and_tasks_take_turns_on_one_state(ledger: PostgresLedger, host: int) -> None:
    # given
    worker = ledger.register("worker", "n", 3, "r")
    first = opened(ledger, host)
    claim = planned(ledger, worker, IN_SESSION, "a", repl="r")
    # when
    while_held = ledger.claim_tasks(host, 9)
    ledger.save_repl(host, first, left(first))
    [task] = ledger.claim_tasks(host, 9)
    while_open = ledger.open_repl(host, "s", "r")
    ledger.land(host, [landing(task)])
    ledger.cancel(claim.orchestration_id)
    # then
    assert (list(while_held), while_open) == ([], None)
    assert landing(task).result.value == "2"
    assert count_of(opened(ledger, host).snapshot) == 2


def test_a_call_that_left_nothing_only_gives_back(ledger: PostgresLedger, host: int) -> None:
    first = opened(ledger, host)
    assert ledger.save_repl(host, first, SavedState(StateKind.UNCHANGED, EngineName.CPYTHON))
    assert opened(ledger, host).version == 0


def test_a_callers_state_that_is_too_big_is_lost_and_says_so(ledger: PostgresLedger, host: int) -> None:
    first = opened(ledger, host)
    assert ledger.save_repl(host, first, SavedState(StateKind.TOO_BIG, EngineName.CPYTHON))
    assert "library calls are not run again" in str(opened(ledger, host).lost)


@pytest.mark.parametrize(("session", "name"), [("", "r"), ("s", ""), ("s", "a b"), ("s", "x" * 101), ("s\0", "r")])
def test_names_that_cannot_be_are_refused(ledger: PostgresLedger, host: int, session: str, name: str) -> None:
    with pytest.raises(BadInput):
        ledger.open_repl(host, session, name)


def test_a_state_that_nobody_uses_is_deleted_and_its_snapshot_free(
    ledger: PostgresLedger, host: int, clock: Clock
) -> None:
    # given
    for name in ("old", "held"):
        named = opened(ledger, host, name)
        ledger.save_repl(host, named, left(named))
    # when
    clock.advance(7 * DAY_S - 60)
    ledger.pulse(host)
    held = opened(ledger, host, "held")
    ledger.sweep()
    before = opened(ledger, host, "old")
    ledger.save_repl(host, before, SavedState(StateKind.UNCHANGED, EngineName.CPYTHON))
    clock.advance(7 * DAY_S + 60)
    host = ledger.register("host", "n", 2, "r")
    ledger.sweep()
    after = opened(ledger, host, "old")
    # then
    assert (before.version, held.version) == (1, 1)
    assert (after.version, after.snapshot, after.lost) == (0, None, None)
    assert after.fence > before.fence


def test_tasks_that_wait_keep_a_state(ledger: PostgresLedger, host: int, clock: Clock) -> None:
    # given
    named = opened(ledger, host)
    ledger.save_repl(host, named, left(named))
    worker = ledger.register("worker", "n", 3, "r")
    claim = planned(ledger, worker, IN_SESSION, "a", repl="r")
    # when
    with_task = ledger.get(claim.orchestration_id)
    clock.advance(3000)
    host = ledger.register("host", "n", 2, "r")
    ledger.sweep()
    [task] = ledger.claim_tasks(host, 1)
    # then
    assert with_task.tasks[0].repl == "r"
    assert task.named
    assert task.named.version == 1


def test_what_callers_ran_is_logged_capped_and_forgotten(
    ledger: PostgresLedger, host: int, clock: Clock, database_engine: Engine
) -> None:
    # given
    run = Execution("é" * 60_000, "s", EngineName.CPYTHON, False, ErrorKind.EXCEPTION, 0.25, "node-1")
    log = text("SELECT process_id, octet_length(code), session, engine, error_kind, seconds, actor_id FROM executions")
    # when
    ledger.record_executions(host, [run, run])
    ledger.record_executions(host, [])
    clock.advance(29 * DAY_S)
    ledger.sweep()
    # then
    with database_engine.connect() as connection:
        row = (host, 65_536, "s", "cpython", "exception", 0.25, "node-1")
        assert connection.execute(log).all() == [row, row]
    clock.advance(2 * DAY_S)
    ledger.sweep()
    with database_engine.connect() as connection:
        assert connection.execute(log).all() == []
