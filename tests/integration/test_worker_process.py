"""A worker's process in a real ledger: what its pulse tells it, what it does when it leaves, and its neighbours."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from models.ledger import PostgresLedger
from orchestration.errors import ServiceMissing
from orchestration.records import Hint, StepClaim
from replwright import machine
from tests.support.driver import job
from tests.support.rig import until
from workers.process import Process
from workers.sweeper import Sweeper

pytestmark = pytest.mark.usefixtures("promises")


class Away:
    """A ledger that may be away, as when its server is."""

    def __init__(self, ledger: PostgresLedger, *, away: bool = False) -> None:
        self._ledger, self.away = ledger, away

    def __getattr__(self, name: str) -> Any:
        if self.away:
            raise ServiceMissing("PostgreSQL is away", "wait for it")
        return getattr(self._ledger, name)


class Sent:
    """Hints that went out."""

    def __init__(self) -> None:
        self.hints: list[Hint] = []

    def send(self, hints: Sequence[Hint]) -> None:
        self.hints += hints


@pytest.fixture
def process(ledger: PostgresLedger) -> Iterator[Process]:
    made = Process(ledger, "worker", "r")
    yield made
    made.close()


def _claim(ledger: PostgresLedger, process: Process) -> StepClaim:
    claim = ledger.claim_step(ledger.submit(job()).id, process.id, None)
    assert claim
    return claim


def test_whoever_works_on_a_cancelled_job_is_interrupted_and_nobody_else(
    ledger: PostgresLedger, process: Process
) -> None:
    with (
        process.holding(_claim(ledger, process)) as kept,
        process.holding(cancelled := _claim(ledger, process)) as lost,
    ):
        ledger.cancel(cancelled.orchestration_id)
        until(lost.is_set, "the pulse to tell")
        assert not kept.is_set()


def test_a_repair_does_not_interrupt_its_own_claim(ledger: PostgresLedger, process: Process) -> None:
    with process.holding(claim := _claim(ledger, process)) as kept:
        ledger.start_repair(claim, ["a problem"])
        with process.holding(cancelled := _claim(ledger, process)) as lost:
            ledger.cancel(cancelled.orchestration_id)
            until(lost.is_set, "a pulse after the repair")
        assert not kept.is_set()


def test_a_process_that_was_given_up_lets_go_of_all_and_registers_anew(
    ledger: PostgresLedger, process: Process
) -> None:
    before = process.id
    with process.holding(_claim(ledger, process)) as held:
        ledger.give_up([before])
        until(held.is_set, "the pulse to tell")
    until(lambda: process.id != before, "it to register anew")
    assert not process.leaving
    ledger.sweep()


def test_a_process_that_leaves_gives_back_what_it_holds_and_takes_nothing(ledger: PostgresLedger) -> None:
    process = Process(ledger, "worker", "r")
    with process.holding(claim := _claim(ledger, process)) as held:
        process.leave()
        assert held.is_set()
        assert process.leaving
        process.close()
    [step] = ledger.get(claim.orchestration_id).steps
    assert (step.status, step.tries, step.losses) == ("ready", 0, 0)
    assert ledger.claim_step(claim.orchestration_id, process.id, None) is None


def test_a_process_that_starts_while_the_ledger_is_away_registers_once_it_is_back(ledger: PostgresLedger) -> None:
    # given
    away: Any = Away(ledger, away=True)
    process = Process(away, "beat", "r")
    with pytest.raises(ServiceMissing):
        _ = process.id
    # when
    away.away = False
    # then
    until(lambda: ledger.health().processes == {"beat": 1}, "it to register")
    process.close()
    assert ledger.health().processes == {}


def test_a_step_that_is_to_be_given_back_is_not_forgotten_while_the_ledger_is_away(ledger: PostgresLedger) -> None:
    # given
    away: Any = Away(ledger)
    process = Process(away, "worker", "r")
    claim = _claim(ledger, process)
    # when
    away.away = True
    process.release_when_possible(claim)
    until(lambda: process.rounds.error, "a pulse to miss")
    away.away = False
    # then
    until(lambda: ledger.get(claim.orchestration_id).steps[0].status == "ready", "it to be given back")
    process.close()


def test_the_sweep_returns_the_work_of_a_neighbour_once_that_has_died(ledger: PostgresLedger) -> None:
    # given a process of this machine that holds a step
    sent = Sent()
    sweeper = Sweeper(ledger, sent, 1.0)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        try:
            born = machine.stat(child.pid).started
            number = ledger.register("worker", "n", child.pid, "r", machine.here(), born)
            claim = ledger.claim_step(ledger.submit(job()).id, number, "first")
            assert claim
            sweeper.sweep_once()
            assert ledger.get(claim.orchestration_id).steps[0].status == "planning"
        finally:
            # when
            child.kill()
        until(lambda: machine.stat(child.pid).ended, "it to be a zombie")
        sweeper.sweep_once()
    # then
    [step] = ledger.get(claim.orchestration_id).steps
    assert (step.status, step.losses) == ("ready", 1)
    assert [hint.orchestration_id for hint in sent.hints] == [claim.orchestration_id]
