"""One turn of the offline model: read the question again, see which results are there, say what comes next."""

import re
from dataclasses import dataclass
from typing import Any

from replwright.llm.offline import NAME, code
from replwright.llm.offline.answers import answer, failed
from replwright.llm.offline.grammar import read
from replwright.llm.offline.lexicon import ABILITIES
from replwright.llm.offline.prompt import Prompt
from replwright.llm.offline.reading import Reading
from replwright.llm.offline.refused import Refused

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]+")
_MAX_ID_CHARS = 60


@dataclass(frozen=True, slots=True)
class Task:
    """A REPL task of a reading. Tasks of one `stage` run in parallel; stages follow each other."""

    task_id: str
    task_type: str
    code: str
    stage: int = 0


def tools_for(prompt: Prompt) -> list[dict[str, Any]]:
    """The list of tools that this turn calls for, as JSON values."""
    try:
        reading = read(prompt.question, prompt.tables)
    except Refused as refused:
        return [_message(f"I did not understand this: {refused}.\nI can do this: {ABILITIES}.", understood=False)]
    tasks = tasks_of(reading)
    results = {result.task_id: result for result in prompt.results}
    broken = [result for task in tasks if (result := results.get(task.task_id)) and not result.is_success]
    waiting = [task for task in tasks if task.task_id not in results]
    if prompt.plan_errors and waiting:
        return [_message(f"My plan was refused: {prompt.plan_errors[0]}", understood=False)]
    if waiting and not prompt.final_call and not any(task.stage for task in waiting if broken):
        stage = min(task.stage for task in waiting)
        spawns = [_spawn(task) for task in waiting if task.stage == stage]
        return [*spawns, {"type": "resume"}]
    landed = [results[task.task_id] for task in tasks if task.task_id in results]
    if broken and len(broken) == len(landed):
        return [_message(failed(reading, broken), understood=False)]
    told, readable = answer(reading, [task.task_id for task in tasks], results)
    return [_message(told, understood=None if readable else False)]


def tasks_of(reading: Reading) -> list[Task]:
    """The REPL tasks that answer a reading, in the order of the plan."""
    if reading.relative:
        first = Task("reference", "Compute", code.reference(reading.table, reading.relative))
        return [first, Task("rows", "Search", code.relative_rows(reading, reading.relative, first.task_id), stage=1)]
    if reading.kind == "rows":
        return [Task("rows", "Search", code.rows(reading))]
    if reading.kind == "distribution":
        return [Task("distribution", "Analyze", code.distribution(reading))]
    if reading.kind == "correlation":
        return [Task("correlation", "Analyze", code.correlation(reading))]
    ids = list[str]()
    for grouping in reading.groupings:
        name = "_".join(_NOT_IN_ID.sub("_", column.name).strip("_") for column in grouping)[:_MAX_ID_CHARS]
        name = f"by_{name}" if grouping else "overall"
        ids.append(name if name not in ids else f"{name}_{len(ids) + 1}")
    write = code.share if reading.kind == "share" else code.aggregate
    pairs = zip(ids, reading.groupings, strict=True)
    return [Task(name, "Analyze", write(reading, grouping)) for name, grouping in pairs]


def _spawn(task: Task) -> dict[str, Any]:
    return {
        "type": "spawn_repl",
        "task_id": task.task_id,
        "task_type": task.task_type,
        "context_data": "null",
        "code_to_execute": task.code,
    }


def _message(text: str, *, understood: bool | None = None) -> dict[str, Any]:
    text = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    text = f"{text}\n\n(Answered by the offline model {NAME}: rules, not a language model.)"
    told: dict[str, Any] = {"type": "message_to_user", "message": text}
    return told if understood is None else {**told, "understood": understood}
