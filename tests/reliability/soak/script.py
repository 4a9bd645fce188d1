"""What the model of a soak says: the job's rounds one after the other, crashed runs again, then what they came to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.reliability.soak.jobs import Job, Kind, Task

# How a run ends when its REPL was killed from outside: nothing of it counts, so it is asked for again.
KILLED = frozenset({"crashed", "out_of_memory"})
MOST_RUNS = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """One result as the prompt shows it."""

    task_id: str
    is_success: bool
    value: str | None
    error_kind: str | None


def seen_in(state: Mapping[str, Any]) -> list[Seen]:
    """The results in a prompt's state, in its order."""
    return [
        Seen(each["task_id"], each["is_success"] is True, each.get("value"), each.get("error_kind"))
        for each in state.get("completed_results") or ()
    ]


def reply(job: Job, results: Sequence[Seen], rejected: bool) -> str:
    """A plan, as JSON text. `rejected`: the last one was refused."""
    last = {_name(result.task_id): result for result in results}
    runs = {name: sum(_name(result.task_id) == name for result in results) for name in last}
    for tasks in job.rounds:
        again = [task for task in tasks if not _settled(last.get(task.id), runs.get(task.id, 0))]
        if again:
            plan = [_spawn(task, runs.get(task.id, 0), last) for task in again]
            if job.kind is Kind.REPAIRED and not results and not rejected:
                plan.append(plan[0])
            return json.dumps([*plan, {"type": "resume"}])
    told = {task.id: _told(last[task.id]) for tasks in job.rounds for task in tasks if task.expected is not None}
    return json.dumps([{"type": "message_to_user", "message": json.dumps(told, sort_keys=True)}])


def _name(task_id: str) -> str:
    return task_id.partition("--")[0]


def _settled(result: Seen | None, runs: int) -> bool:
    return result is not None and (result.is_success or result.error_kind not in KILLED or runs >= MOST_RUNS)


def _told(result: Seen) -> str:
    return (result.value or "nothing") if result.is_success else (result.error_kind or "failed")


def _spawn(task: Task, runs: int, last: Mapping[str, Seen]) -> dict[str, object]:
    code = task.code
    for name, result in last.items():
        code = code.replace(f"@{name}@", result.task_id)
    found: dict[str, object] = {
        "type": "spawn_repl",
        "task_id": f"{task.id}--{runs + 1}" if runs else task.id,
        "task_type": "Compute",
        "context_data": "{}",
        "code_to_execute": code,
    }
    if task.repl is not None:
        found["repl"] = task.repl
    if task.timeout_s is not None:
        found["timeout_seconds"] = task.timeout_s
    return found
