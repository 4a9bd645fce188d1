"""Drives orchestrations through a ledger alone: a scripted model and a fake pool stand where Celery, Ray and an LLM do.

A plan is a list of task ids a step; after the last step the model answers. Each task's result is made of its id.
"""

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from models.checker import Ask
from models.ledger import PostgresLedger
from orchestration import ports
from orchestration.limits import Limits
from orchestration.records import ClaimedTask, Hint, Landing, NewOrchestration, ParsedPlan, Reply, StepClaim, Turn
from orchestration.tools import MessageToUser, REPLResult, REPLState, SpawnREPL, TaskType
from orchestration.turn import Planned, take_turn
from tests.support.counting import landing
from workers.interrupts import Interrupt


def spawn(task_id: str, code: str = "1 + 1", repl: str | None = None) -> SpawnREPL:
    return SpawnREPL(task_id, TaskType.COMPUTE, code, repl=repl)


def job(**limits: float) -> NewOrchestration:
    """A question, with these limits."""
    return NewOrchestration("how many?", "m", root_task_id="root", limits=Limits(**limits))  # type: ignore[arg-type]


def planned(
    ledger: PostgresLedger, worker: int, asked: NewOrchestration, *task_ids: str, repl: str | None = None
) -> StepClaim:
    """Submitted, claimed by the worker, and planned as these tasks; the claim is over."""
    claim = ledger.claim_step(ledger.submit(asked).id, worker, "planner")
    assert claim
    ledger.commit_plan(claim, [spawn(task_id, repl=repl) for task_id in task_ids], None)
    return claim


def result_of(task: ClaimedTask) -> REPLResult:
    return REPLResult(task.spawn.task_id, is_success=True, stdout=f"{task.spawn.task_id} has run\n", value="2")


@dataclass(slots=True)
class ScriptedModel:
    """`script[question][n]` are the task ids of step n + 1; past the end it answers with the outputs it was shown."""

    script: Mapping[str, Sequence[Sequence[str]]]
    asks: list[Ask] = field(default_factory=list)

    def request_hash(self, turn: Turn, state: REPLState) -> str:
        return hashlib.sha256(repr((turn.query.message, turn.claim.ordinal, state)).encode()).hexdigest()

    def ask(self, turn: Turn, state: REPLState, _: ports.Interrupt) -> Reply:
        saw = tuple(result.task_id for result in state.completed_results)
        self.asks.append(Ask(self.request_hash(turn, state), datetime.now(UTC), saw))
        plans = self.script[turn.query.message]
        if turn.claim.ordinal <= len(plans):
            return Reply("spawn " + " ".join(plans[turn.claim.ordinal - 1]), "scripted", "stop", 10, 5)
        return Reply(
            "answer " + "".join(result.stdout for result in state.completed_results), "scripted", "stop", 10, 5
        )

    def parse(self, reply: Reply) -> ParsedPlan:
        verb, _, rest = reply.raw.partition(" ")
        if verb == "spawn":
            return ParsedPlan(tuple(spawn(task_id, f"print({task_id!r})") for task_id in rest.split()))
        return ParsedPlan((MessageToUser(rest or "nothing was asked"),))


@dataclass(slots=True)
class Driver:
    """One worker and one host over a ledger. What `chance` decides is printed by the test as a seed."""

    ledger: PostgresLedger
    model: ScriptedModel
    chance: random.Random
    run: Callable[[ClaimedTask], REPLResult] = result_of
    worker: int = 0
    host: int = 0
    running: list[ClaimedTask] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worker = self.ledger.register("worker", "here", 1, "test")
        self.host = self.ledger.register("host", "here", 2, "test")

    def submit(self, question: str) -> UUID:
        submitted = self.ledger.submit(NewOrchestration(question, "scripted", root_task_id=f"root of {question}"))
        self.hints += submitted.hints
        return submitted.id

    def to_the_end(self) -> None:
        """Hints in any order, results in any order, until nothing is left to do."""
        while self.hints or self.running:
            if self.hints and (not self.running or self.chance.random() < 0.5):
                self.take(self.hints.pop(self.chance.randrange(len(self.hints))))
            else:
                count = self.chance.randint(1, min(3, len(self.running)))
                self.land([self.running.pop(self.chance.randrange(len(self.running))) for _ in range(count)])

    def take(self, hint: Hint) -> None:
        """What a Celery task does with this hint."""
        if hint.name == "dispatch":
            self.running += self.ledger.claim_tasks(self.host, 1000)
        elif claim := self.claim(hint):
            outcome = take_turn(self.ledger, self.model, claim, Interrupt())
            self.hints += outcome.hints if isinstance(outcome, Planned) else ()

    def claim(self, hint: Hint) -> StepClaim | None:
        return self.ledger.claim_step(
            hint.orchestration_id, self.worker, hint.task_id or f"after {hint.parent_task_id}"
        )

    def land(self, tasks: Sequence[ClaimedTask]) -> None:
        self.hints += self.ledger.land(self.host, [self._landing(task) for task in tasks]).hints

    def _landing(self, task: ClaimedTask) -> Landing:
        return landing(task) if task.named else Landing(task, self.run(task))
