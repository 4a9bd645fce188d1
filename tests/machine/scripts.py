"""What the questions of the machine are about: their plans, and what the model does wrong on the way."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from models.checker import Ask
from orchestration.errors import ModelFailure, ModelStopped
from orchestration.limits import Limits
from orchestration.ports import Interrupt
from orchestration.records import NewOrchestration, ParsedPlan, Reply, Turn
from orchestration.tools import MessageToUser, REPLState, SpawnREPL
from tests.support.driver import spawn


class Script(NamedTuple):
    """`steps` are task ids, with "@name" those that run in a named REPL. `rejects` are refused replies of each step.

    `failures` are the asks of the whole job that fail first; `hopeless` says that no retry helps.
    """

    steps: tuple[tuple[str, ...], ...]
    rejects: int = 0
    failures: int = 0
    hopeless: bool = False
    deadline_s: float = 36_000
    max_losses: int = 10
    session: str | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        """All task ids, in the order of the plans."""
        return tuple(bare(name) for step in self.steps for name in step)


SCRIPTS = (
    Script((("a", "b"),)),
    Script((("a", "b", "c"), ("d",))),
    Script(()),
    Script((("a@r", "b@r"), ("c@r", "d"))),
    Script((("a",), ("b@r",)), session="s"),
    Script((("a@r", "b"),), session="s", rejects=1),
    Script((("a", "b"),), rejects=1, failures=1),
    Script((("a",),), rejects=9),
    Script((("a",), ("b",)), failures=2),
    Script((("a",),), failures=9),
    Script((("a",),), hopeless=True, failures=1),
    Script((("a", "b"), ("c",)), deadline_s=60),
    Script((("a", "b"),), max_losses=2),
)


def bare(name: str) -> str:
    return name.partition("@")[0]


def said_by(task_id: str) -> str:
    """The output of a task."""
    return f"{task_id} has run\n"


def question(number: int, script: int, key: str | None) -> NewOrchestration:
    """The question number `number`; with the same number, key and script it is the same question."""
    asked = SCRIPTS[script]
    limits = Limits(deadline_s=asked.deadline_s, max_losses=asked.max_losses)
    return NewOrchestration(
        f"{number} {script}", "scripted", limits=limits, session_id=asked.session, idempotency_key=key, root_task_id="r"
    )


def script_of(text: str) -> Script:
    return SCRIPTS[int(text.split()[1])]


class Look(NamedTuple):
    """`committed`: there is a reply to the request, of this claim or one before it. `held`: the claim still holds."""

    at: datetime
    committed: bool
    held: bool


@dataclass(slots=True)
class PlayingModel:
    """Plays the script of the question. `look` tells what the rows say of a step, a claim of it and a request."""

    look: Callable[[int, int, str], Look]
    asks: list[Ask] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def request_hash(self, turn: Turn, state: REPLState) -> str:
        # What a retry gave up on may be asked again, so its calls are told apart from those before.
        asked = (turn.claim.orchestration_id, turn.claim.ordinal, turn.claim.first_call, state)
        return hashlib.sha256(repr(asked).encode()).hexdigest()

    def ask(self, turn: Turn, state: REPLState, interrupt: Interrupt) -> Reply:
        request, script = self.request_hash(turn, state), script_of(turn.query.message)
        saw = tuple(result.task_id for result in state.completed_results)
        # Each rejected reply raised the fence, and left one more problem to be told.
        seen = self.look(turn.claim.step_id, turn.claim.plan_attempt + len(state.plan_errors), request)
        if seen.committed:
            self.wrong.append(f"step {turn.claim.ordinal} was asked again after its reply was committed")
        planned = tuple(bare(name) for step in script.steps[: turn.claim.ordinal - 1] for name in step)
        if saw != planned:
            self.wrong.append(f"step {turn.claim.ordinal} was shown {saw}, not {planned}")
        if seen.held:
            # Whoever lost the step meanwhile cannot know that its reply is there by now.
            self.asks.append(Ask(request, seen.at, saw))
        if interrupt.is_set():
            raise ModelStopped("nobody waits for it")
        failed = self.failed.setdefault(turn.query.message, 0)
        if failed < script.failures:
            self.failed[turn.query.message] += 1
            raise ModelFailure("503", retryable=not script.hopeless)
        return Reply(self._said(turn, state, script), "scripted", "stop", 10, 5)

    def _said(self, turn: Turn, state: REPLState, script: Script) -> str:
        if len(state.plan_errors) < script.rejects:
            return f"reject {len(state.plan_errors) + 1}"
        if turn.claim.ordinal <= len(script.steps):
            return "spawn " + " ".join(script.steps[turn.claim.ordinal - 1])
        return "answer " + "".join(result.stdout for result in state.completed_results)

    def parse(self, reply: Reply) -> ParsedPlan:
        verb, _, rest = reply.raw.partition(" ")
        if verb == "reject":
            # As many problems as the step has rejected replies, so that each request differs from the one before.
            return ParsedPlan((), tuple(f"problem {n + 1}" for n in range(int(rest))))
        if verb == "spawn":
            return ParsedPlan(tuple(self._spawns(rest)))
        return ParsedPlan((MessageToUser(rest or "nothing was asked"),))

    def _spawns(self, names: str) -> Iterator[SpawnREPL]:
        for name in names.split():
            task_id, _, repl = name.partition("@")
            yield spawn(task_id, f"print({task_id!r})", repl=repl or None)
