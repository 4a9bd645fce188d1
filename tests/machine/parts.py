"""Who takes part in a schedule, and what the hosts land."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import text

from orchestration.records import ClaimedTask, Landing, StepClaim
from orchestration.tools import REPLResult
from tests.machine.scripts import said_by
from tests.machine.turns import Turn
from tests.support.counting import count_after, left
from workers.interrupts import Interrupt

LOOK = text("""
SELECT replwright_now() AS at,
       EXISTS (SELECT FROM model_calls WHERE request_hash = :request AND raw IS NOT NULL
               AND plan_attempt <= :attempt) AS committed,
       EXISTS (SELECT FROM steps WHERE id = :step AND status = 'planning' AND plan_attempt = :attempt) AS held
""")
Thing = TypeVar("Thing")
PROFILE = '{"rows": 0, "columns": [], "notes": []}'
GOOD, BAD = "a" * 64, "b" * 64


@dataclass(slots=True)
class Worker:
    """`claim` is what its `turn` is about."""

    id: int
    silent: bool = False
    turn: Turn | None = None
    claim: StepClaim | None = None
    interrupt: Interrupt = field(default_factory=Interrupt)


@dataclass(slots=True)
class Host:
    """`running` are its tasks, each with the incarnation that claimed it."""

    id: int
    silent: bool = False
    running: list[tuple[int, ClaimedTask]] = field(default_factory=list)


def blobs_of(inputs: str) -> list[str]:
    return [GOOD if letter == "g" else BAD for letter in inputs]


def landing_of(process: int, task: ClaimedTask) -> Landing:
    """`actor_id` names this very run, so that the rows tell whose result they hold."""
    by = f"{process}/{task.attempt}"
    if task.kind == "profile":
        ok = task.inputs[0].blob == GOOD
        return Landing(task, REPLResult(task.spawn.task_id, ok, stderr="no table", value_json=PROFILE, actor_id=by))
    result = REPLResult(task.spawn.task_id, True, stdout=said_by(task.spawn.task_id), actor_id=by)
    if task.named is None:
        return Landing(task, result)
    return Landing(task, replace(result, value=str(count_after(task.named))), left(task.named))


def one_of(things: list[Thing], number: int) -> Thing:
    return things[number % len(things)]


def must_be_none(wrong: Iterable[str]) -> None:
    found = list(wrong)
    assert not found, "\n".join(found)
