"""The story of an orchestration: each attempt at a step and at a REPL task, from its events. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestration.states import EventName, Reason
from orchestration.views import AttemptView, Event

TOLD = (
    EventName.PLANNING,
    EventName.PLAN_REJECTED,
    EventName.PLANNED,
    EventName.RELEASED,
    EventName.TASK_STARTED,
    EventName.TASK_RETURNED,
    EventName.TASK_LANDED,
    EventName.ENDED,
)
GOES_ON = "goes on"
_ENDS = {
    Reason.ANSWERED: "answered",
    Reason.PARTIAL: "answered from what there was, at a limit",
    Reason.CANCELLED: "cancelled",
    Reason.DEADLINE_EXCEEDED: "not done before the deadline",
}


@dataclass(slots=True)
class _Attempt:
    step: int
    task_id: str | None
    number: int
    process: int | None
    started_at: datetime
    refused: list[str] = field(default_factory=list)
    ended_at: datetime | None = None
    outcome: str = GOES_ON

    def end(self, at: datetime, outcome: str) -> None:
        self.ended_at, self.outcome = at, outcome


def tell(events: Iterable[Event], processes: Mapping[int, str]) -> tuple[AttemptView, ...]:
    """In the order in which they began. `processes` are their names for people, by number."""
    told: list[_Attempt] = []
    going: dict[tuple[int, str | None], _Attempt] = {}
    for event in events:
        data = event.data
        key = (int(data.get("step", -1)), data.get("task_id"))
        match event.name:
            case EventName.PLANNING | EventName.TASK_STARTED:
                number = int(data.get("plan_attempt" if event.name == EventName.PLANNING else "attempt", 0))
                going[key] = _Attempt(*key, number, data.get("process"), event.at)
                told.append(going[key])
            case EventName.PLAN_REJECTED if key in going:
                going[key].refused.append("; ".join(map(str, data.get("problems", []))))
            case EventName.PLANNED | EventName.RELEASED | EventName.TASK_RETURNED | EventName.TASK_LANDED:
                if ended := going.pop(key, None):
                    ended.end(event.at, _OUTCOMES[EventName(event.name)](data) + _refused(ended))
            case EventName.ENDED:
                for ended in going.values():
                    ended.end(event.at, _at_the_end(ended, data) + _refused(ended))
                going.clear()
    return tuple(
        AttemptView(
            each.step,
            each.task_id,
            each.number,
            processes.get(each.process or 0, "an unknown process"),
            each.started_at,
            each.ended_at,
            each.outcome,
        )
        for each in told
    )


def _planned(data: Mapping[str, Any]) -> str:
    many = len(data.get("tasks", ()))
    return f"planned {many} task{'s' * (many != 1)}"


def _released(data: Mapping[str, Any]) -> str:
    why, delay_s = str(data.get("why")), float(data.get("delay_s") or 0)
    return f"{why}; tried again after {delay_s:g} s" if delay_s else why


def _landed(data: Mapping[str, Any]) -> str:
    if why := data.get("why"):
        return str(why)
    return "ran" if data.get("is_success") else f"ran: {str(data.get('error_kind')).replace('_', ' ')}"


_OUTCOMES = {
    EventName.PLANNED: _planned,
    EventName.RELEASED: _released,
    EventName.TASK_RETURNED: lambda data: str(data.get("why")),
    EventName.TASK_LANDED: _landed,
}


def _at_the_end(attempt: _Attempt, data: Mapping[str, Any]) -> str:
    """A REPL task that still runs is stopped, whatever the end is; a step that is planned is what it came to."""
    reason, why, detail = Reason(data["reason"]), data.get("why"), data.get("detail")
    if attempt.task_id is not None:
        return "cancelled"
    if reason in _ENDS:
        return _ENDS[reason]
    verdict = "set aside" if reason is Reason.POISONED else reason.value.replace("_", " ")
    return "; ".join(filter(None, (why, f"{verdict}: {detail}" if detail else verdict)))


def _refused(attempt: _Attempt) -> str:
    many = len(attempt.refused)
    return f", after {many} plan{'s were' if many > 1 else ' was'} refused ({attempt.refused[-1]})" if many else ""
