"""`replwright show`: the whole story of one orchestration."""

import typer

from orchestration.views import OrchestrationView, TaskView
from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.options import Id, Json
from replwright.cli.text import one_line, print_json, safe
from replwright.cli.views import as_json, asked_for


def show(id: Id, json: Json = False) -> None:
    orchestration_id = parse_id(id)
    view = connect().ledger.get(orchestration_id)
    if json:
        print_json(as_json(view))
    else:
        typer.echo("\n".join(lines(view)))


def lines(view: OrchestrationView) -> list[str]:
    """An orchestration for people."""
    status = view.status.value + (f" ({view.reason.value})" if view.reason else "")
    head = [
        f"id        {view.id}",
        f"question  {one_line(view.question, 200)}",
        f"status    {status}",
        f"model     {view.model}: {view.usage.model_calls} calls, "
        f"{view.usage.input_tokens} tokens in, {view.usage.output_tokens} out",
        f"accepted  {view.created_at:%Y-%m-%d %H:%M:%S %Z}",
    ]
    if view.ended_at:
        head.append(f"ended     {view.ended_at:%Y-%m-%d %H:%M:%S %Z}")
    if view.detail:
        head.append(f"detail    {one_line(view.detail, 400)}")
    steps = [f"step {s.ordinal}: {s.status}, attempt {s.plan_attempt}" for s in view.steps]
    return [*head, *steps, *(line for task in asked_for(view) for line in _task(task)), *_answer(view)]


def _task(task: TaskView) -> list[str]:
    result = task.result
    state = task.state if result is None else ("ok" if result.is_success else f"failed: {result.error_kind}")
    seconds = f", {result.execution_time:.2f} s" if result else ""
    out = [f"  task {task.task_id} (step {task.step}, attempt {task.attempt}{seconds}): {state}"]
    if result and result.stdout.strip():
        out.append(f"    {one_line(result.stdout, 200)}")
    if result and result.stderr and not result.is_success:
        out.append(f"    {one_line(result.stderr.strip().splitlines()[-1], 200)}")
    return out


def _answer(view: OrchestrationView) -> list[str]:
    return ["", safe(view.answer)] if view.answer else []
