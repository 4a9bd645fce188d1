"""What one turn of the model leads to: ask (or reread) its reply, check the plan, commit what follows from it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.errors import ModelFailure, ModelStopped, ReplwrightError, ServiceMissing
from orchestration.plan import PlanRules, problems_of
from orchestration.ports import Interrupt, Ledger, Model
from orchestration.records import Hint, ParsedPlan, StepClaim, Turn
from orchestration.retry import delay_s
from orchestration.state import assemble
from orchestration.states import Reason
from orchestration.tools import MessageToUser, SpawnREPL

MAX_SAME_FAILURE = 2


@dataclass(frozen=True, slots=True)
class Spawn:
    """Run these tasks, and show `progress` to the user."""

    tasks: tuple[SpawnREPL, ...]
    progress: str | None


@dataclass(frozen=True, slots=True)
class End:
    """The orchestration is over. `answer` is for the user, `detail` says why it failed."""

    reason: Reason
    answer: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The plan breaks the rules; the model is told these problems and asked again."""

    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastCall:
    """A limit was reached: the model is asked once more, for an answer from what there is."""

    limit: Reason
    why: str


@dataclass(frozen=True, slots=True)
class Planned:
    """REPL tasks were committed; `hints` say who goes on."""

    hints: tuple[Hint, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """The model gave no reply; the step was given back, to be tried again later."""

    why: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nobody here waited for the model any more; the step was given back if it was still ours."""

    why: str


class StepHeld(ReplwrightError):
    """The ledger went away while this process held a step. `claim` is to be released once it is back."""

    def __init__(self, claim: StepClaim, why: ReplwrightError) -> None:
        super().__init__(why.what, why.remedy)
        self.claim = claim


Decision = Spawn | End | Rejected | LastCall
Outcome = Planned | End | Again | Stopped


def limit_reached(turn: Turn) -> LastCall | None:
    """The limit, if any, that leaves this turn nothing but an answer."""
    if turn.claim.ordinal > turn.limits.max_steps:
        return LastCall(Reason.STEP_LIMIT, f"the limit of {turn.limits.max_steps} steps is reached")
    if turn.spawned >= turn.limits.max_spawns:
        return LastCall(Reason.BUDGET_EXHAUSTED, f"the limit of {turn.limits.max_spawns} REPL tasks is reached")
    return None


def decide(turn: Turn, plan: ParsedPlan, last: LastCall | None) -> Decision:
    """What a parsed reply leads to. `last` is set when only an answer is taken any more."""
    messages = [tool for tool in plan.tools if isinstance(tool, MessageToUser)]
    only_messages = bool(messages) and len(messages) == len(plan.tools)
    if last:
        if only_messages and not plan.problems and (text := _joined(messages)):
            return End(Reason.PARTIAL, answer=text)
        return End(last.limit, detail=f"{last.why}, and the model gave no answer from what there is")
    most = min(turn.limits.max_spawns_per_step, turn.limits.max_spawns - turn.spawned)
    rules = PlanRules(turn.used_task_ids, max_spawns=most, must_compile=turn.given_plan is None)
    problems = (*plan.problems, *(problems_of(plan.tools, rules) if plan.tools or not plan.problems else ()))
    if problems:
        return Rejected(problems)
    if only_messages:
        understood = all(message.understood is not False for message in messages)
        return End(Reason.ANSWERED if understood else Reason.NOT_UNDERSTOOD, answer=_joined(messages))
    spawns = tuple(tool for tool in plan.tools if isinstance(tool, SpawnREPL))
    if repeated := repeated_failure(spawns, turn.failed_code):
        return LastCall(Reason.STEP_LIMIT, f"the code of task {repeated!r} already failed {MAX_SAME_FAILURE} times")
    return Spawn(spawns, _joined(messages))


def repeated_failure(spawns: Sequence[SpawnREPL], failed_code: Sequence[str]) -> str | None:
    """The id of a task whose code already failed as often as is allowed, layout apart."""
    failures = Counter(_fingerprint(code) for code in failed_code)
    return next((s.task_id for s in spawns if failures[_fingerprint(s.code_to_execute)] >= MAX_SAME_FAILURE), None)


def take_turn(ledger: Ledger, model: Model, claim: StepClaim, interrupt: Interrupt) -> Outcome:
    """Plan one claimed step, and give the claim up in one way or another.

    A reply that was journaled by an earlier claim is reread, not asked for again. Once `interrupt` is set, the model
    is asked no more, and a call of it that goes on is cut off. Raises Fenced when the claim was lost, StepHeld when
    the ledger went away meanwhile, and whatever else went wrong after giving the step back.
    """
    held = _Held(claim)
    try:
        try:
            return _take(ledger, model, held, interrupt)
        except ModelStopped as stopped:
            ledger.release_step(held.claim, graceful=True)
            return Stopped(str(stopped))
    except ServiceMissing as error:
        raise StepHeld(held.claim, error) from error
    except ReplwrightError:
        raise
    except Exception:
        ledger.release_step(held.claim, graceful=False, delay_s=delay_s(claim.tries, None))
        raise


@dataclass(slots=True)
class _Held:
    """The claim as it stands: a repair raises its fence."""

    claim: StepClaim


def _take(ledger: Ledger, model: Model, held: _Held, interrupt: Interrupt) -> Outcome:
    turn = ledger.turn(held.claim)
    last, problems, repairs, call = limit_reached(turn), tuple[str, ...](), 0, held.claim.first_call
    while True:
        try:
            decision = decide(turn, _ask(ledger, model, held.claim, turn, call, problems, last, interrupt), last)
        except ModelFailure as failure:
            if failure.retryable:
                pause = delay_s(held.claim.tries, failure.retry_after_s)
                ledger.release_step(held.claim, graceful=False, delay_s=pause)
                return Again(str(failure))
            decision = End(Reason.MODEL_ERROR, detail=str(failure))
        if isinstance(decision, Rejected) and repairs >= turn.limits.max_repairs:
            decision = End(Reason.INVALID_PLAN, detail="; ".join(decision.problems)[:4000])
        match decision:
            case Spawn(tasks, progress):
                committed = ledger.commit_plan(held.claim, tasks, progress)
                if committed.refused:
                    return End(Reason.BUDGET_EXHAUSTED, detail=committed.refused)
                return Planned(committed.hints)
            case End(reason, answer, detail):
                ledger.finish(held.claim, reason, answer, detail)
                return decision
            case Rejected():
                problems, repairs = decision.problems, repairs + 1
            case LastCall():
                last, problems = decision, (decision.why,)
        held.claim = ledger.start_repair(held.claim, problems)
        call += 1


def _ask(
    ledger: Ledger,
    model: Model,
    claim: StepClaim,
    turn: Turn,
    call: int,
    problems: Sequence[str],
    last: LastCall | None,
    interrupt: Interrupt,
) -> ParsedPlan:
    state = assemble(turn, problems, last.limit if last else None)
    request = model.request_hash(turn, state)
    reply = ledger.reply(claim, call, request)
    if reply is None:
        if interrupt.is_set():
            raise ModelStopped("the model was not asked: nobody here would wait for it")
        try:
            reply = model.ask(turn, state, interrupt)
        except ModelFailure as failure:
            ledger.record_model_failure(claim, call, request, str(failure))
            raise
        except ModelStopped as stopped:
            # It was asked, and that may cost; but what is not ours any more is left alone.
            ledger.record_model_failure(claim, call, request, f"cut off: {stopped}", only_ours=True)
            raise
        ledger.record_reply(claim, call, request, reply)
    return model.parse(reply)


def _joined(messages: Sequence[MessageToUser]) -> str | None:
    return "\n\n".join(message.message.strip() for message in messages if message.message.strip()) or None


def _fingerprint(code: str) -> str:
    return hashlib.sha256("\n".join(line.rstrip() for line in code.split("\n") if line.strip()).encode()).hexdigest()
