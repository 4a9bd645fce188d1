"""What a turn of the model leads to, and that a journaled reply is not asked for again."""

from dataclasses import replace
from typing import Any

import pytest

from orchestration import ports
from orchestration.errors import Fenced, ModelFailure, ModelStopped, ServiceMissing
from orchestration.limits import Limits
from orchestration.records import ParsedPlan, PlanCommit, Reply, StepClaim, Turn
from orchestration.states import Reason
from orchestration.tools import MessageToUser, REPLState, Resume, Tool
from orchestration.turn import (
    Again,
    End,
    LastCall,
    Outcome,
    Planned,
    Rejected,
    Spawn,
    StepHeld,
    Stopped,
    decide,
    limit_reached,
    take_turn,
)
from tests.support.turns import claim, spawn, turn
from workers.interrupts import Interrupt


def plan(*tools: Tool, problems: tuple[str, ...] = ()) -> ParsedPlan:
    return ParsedPlan(tools, problems)


def test_spawns_run_and_their_message_is_progress() -> None:
    decision = decide(turn(), plan(spawn(), MessageToUser("working"), Resume()), None)
    assert decision == Spawn((spawn(),), "working")


def test_messages_alone_joined_are_the_answer() -> None:
    decision = decide(turn(), plan(MessageToUser("one"), MessageToUser("two")), None)
    assert decision == End(Reason.ANSWERED, answer="one\n\ntwo")


def test_a_message_that_says_not_understood_fails_the_job_and_is_its_answer() -> None:
    decision = decide(turn(), plan(MessageToUser("no column 'red'", understood=False)), None)
    assert decision == End(Reason.NOT_UNDERSTOOD, answer="no column 'red'")


def test_what_the_parser_objects_to_rejects_the_plan() -> None:
    decision = decide(turn(), plan(MessageToUser("42"), problems=("the reply was cut by length",)), None)
    assert decision == Rejected(("the reply was cut by length",))


def test_more_spawns_than_the_job_has_left_are_refused() -> None:
    nearly_spent = turn(limits=Limits(max_spawns=10), spawned=9)
    decision = decide(nearly_spent, plan(spawn("a"), spawn("b")), None)
    assert isinstance(decision, Rejected)
    assert "at most 1" in decision.problems[0]


def test_the_same_failing_code_a_third_time_leads_to_the_last_call() -> None:
    failing = turn(failed_code=("1/0\n", "1/0  "))
    assert isinstance(decide(failing, plan(spawn(code="1/0")), None), LastCall)
    assert isinstance(decide(replace(failing, failed_code=("1/0",)), plan(spawn(code="1/0")), None), Spawn)


@pytest.mark.parametrize(
    ("at", "limit"),
    [
        (turn(ordinal=3, limits=Limits(max_steps=2)), Reason.STEP_LIMIT),
        (turn(limits=Limits(max_spawns=5), spawned=5), Reason.BUDGET_EXHAUSTED),
    ],
)
def test_at_a_limit_a_message_is_a_partial_answer_and_anything_else_fails_with_the_limit(
    at: Turn, limit: Reason
) -> None:
    last = limit_reached(at)
    assert last is not None
    assert decide(at, plan(MessageToUser("so far: 3")), last) == End(Reason.PARTIAL, answer="so far: 3")
    for other in (plan(spawn()), plan(), plan(MessageToUser("cut"), problems=("cut by length",))):
        decision = decide(at, other, last)
        assert isinstance(decision, End)
        assert decision.reason is limit


class OneStepLedger:
    """Keeps the journal of one step, as the real ledger does; only what take_turn calls."""

    def __init__(self, at: Turn) -> None:
        self.at = at
        self.journal: dict[tuple[int, str], Reply] = {}
        self.committed: list[Any] = []
        self.lose_before_commit = self.away_at_commit = False
        self.released: tuple[int, bool, float] | None = None
        self.over_quota: str | None = None

    def turn(self, _: StepClaim) -> Turn:
        return self.at

    def reply(self, _: StepClaim, repair: int, request_hash: str) -> Reply | None:
        return self.journal.get((repair, request_hash))

    def record_reply(self, _: StepClaim, repair: int, request_hash: str, reply: Reply) -> None:
        self.journal[(repair, request_hash)] = reply

    def start_repair(self, held: StepClaim, problems: tuple[str, ...]) -> StepClaim:
        assert problems
        return replace(held, plan_attempt=held.plan_attempt + 1)

    def commit_plan(self, held: StepClaim, spawns: Any, progress: str | None) -> PlanCommit:
        if self.away_at_commit:
            raise ServiceMissing("PostgreSQL is away")
        if self.lose_before_commit:
            raise Fenced("another worker has it")
        self.committed.append((held.plan_attempt, spawns, progress))
        return PlanCommit(task_ids=() if self.over_quota else (1,), refused=self.over_quota)

    def finish(self, held: StepClaim, reason: Reason, answer: str | None, detail: str | None) -> None:
        self.committed.append((held.plan_attempt, reason, answer, detail))

    def record_model_failure(
        self, _: StepClaim, repair: int, request_hash: str, what: str, *, only_ours: bool = False
    ) -> None:
        self.committed.append((repair, what))

    def release_step(self, held: StepClaim, *, graceful: bool, delay_s: float = 0) -> None:
        self.released = (held.plan_attempt, graceful, delay_s)


class ListModel:
    """Replies from a list, and keeps the states it was asked with."""

    def __init__(self, *plans: ParsedPlan) -> None:
        self.plans = dict(enumerate(plans))
        self.asked: list[REPLState] = []
        self.failures: dict[int, Exception] = {}

    def request_hash(self, _: Turn, state: REPLState) -> str:
        return str(hash((state.plan_errors, state.final_call)))

    def ask(self, _: Turn, state: REPLState, interrupt: ports.Interrupt) -> Reply:
        self.asked.append(state)
        if failure := self.failures.get(len(self.asked) - 1):
            raise failure
        return Reply(raw=str(len(self.asked) - 1), model="list")

    def parse(self, reply: Reply) -> ParsedPlan:
        return self.plans[int(reply.raw)]


def run(ledger: OneStepLedger, model: ListModel, interrupt: Interrupt | None = None) -> Outcome:
    return take_turn(ledger, model, claim(), interrupt or Interrupt())  # type: ignore[arg-type]


def test_a_plan_that_the_ledger_refused_is_the_end() -> None:
    # given
    ledger = OneStepLedger(turn())
    ledger.over_quota = "over the quota"
    # when
    outcome = run(ledger, ListModel(plan(spawn())))
    # then
    assert outcome == End(Reason.BUDGET_EXHAUSTED, detail="over the quota")


def test_a_rejected_plan_is_told_its_problems_and_asked_again_with_a_higher_fence() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(Resume()), plan(spawn()))
    assert isinstance(run(ledger, model), Planned)
    assert "waits for nothing" in model.asked[1].plan_errors[0]
    assert ledger.committed == [(2, (spawn(),), None)]


def test_after_two_repairs_an_invalid_plan_ends_the_job() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(), plan(), plan())
    end = run(ledger, model)
    assert len(model.asked) == 3
    assert isinstance(end, End)
    assert end.reason is Reason.INVALID_PLAN
    assert end.detail is not None
    assert "empty" in end.detail


def test_a_reply_that_was_journaled_is_not_asked_for_again() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(Resume()), plan(spawn()))
    ledger.lose_before_commit = True
    with pytest.raises(Fenced):
        run(ledger, model)
    ledger.lose_before_commit = False
    run(ledger, model)
    assert len(model.asked) == 2


def test_the_last_call_says_so_to_the_model_and_takes_its_message() -> None:
    ledger = OneStepLedger(turn(failed_code=("1/0", "1/0")))
    model = ListModel(plan(spawn(code="1/0")), plan(MessageToUser("as far as I got")))
    end = run(ledger, model)
    assert end == End(Reason.PARTIAL, answer="as far as I got")
    assert model.asked[1].final_call == "step_limit"


def test_a_model_that_is_down_leaves_the_step_to_a_later_try_under_the_fence_it_holds_by_then() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(Resume()), plan(spawn()))
    model.failures[1] = ModelFailure("429", retryable=True, retry_after_s=7)
    assert run(ledger, model) == Again("429")
    assert ledger.released == (2, False, 7.0)


def test_a_model_that_refuses_for_good_ends_the_job() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(spawn()))
    model.failures[0] = ModelFailure("no such model", retryable=False)
    assert run(ledger, model) == End(Reason.MODEL_ERROR, detail="no such model")
    assert ledger.committed[0] == (0, "no such model")


def test_a_ledger_that_went_away_leaves_the_claim_to_be_given_back_as_it_stands_by_then() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(Resume()), plan(spawn()))
    ledger.away_at_commit = True
    with pytest.raises(StepHeld) as caught:
        run(ledger, model)
    assert caught.value.claim.plan_attempt == 2


def test_a_defect_of_ours_gives_the_step_back_before_it_is_raised() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(spawn()))
    model.failures[0] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        run(ledger, model)
    assert ledger.released is not None


def test_a_call_that_was_cut_off_counts_as_an_attempt_and_gives_the_step_back_for_free() -> None:
    ledger, model = OneStepLedger(turn()), ListModel(plan(Resume()), plan(spawn()))
    model.failures[1] = ModelStopped("stopped after 3 s")
    assert run(ledger, model) == Stopped("stopped after 3 s")
    assert ledger.committed == [(1, "cut off: stopped after 3 s")]
    assert ledger.released == (2, True, 0)


def test_once_nobody_waits_the_model_is_not_asked_but_a_journaled_reply_is_gone_on_with() -> None:
    # given
    interrupted = Interrupt()
    interrupted.set()
    ledger, model = OneStepLedger(turn()), ListModel(plan(spawn()))
    # when
    outcome = run(ledger, model, interrupted)
    # then
    assert isinstance(outcome, Stopped)
    assert (model.asked, ledger.committed, ledger.released) == ([], [], (1, True, 0))
    # given
    ledger.lose_before_commit = True
    with pytest.raises(Fenced):
        run(ledger, model)
    ledger.lose_before_commit = False
    # then
    assert isinstance(run(ledger, model, interrupted), Planned)
    assert len(model.asked) == 1
