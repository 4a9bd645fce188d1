"""`replwright show`: the whole story of one orchestration."""

from collections.abc import Sequence
from itertools import groupby

import typer

from orchestration.story import GOES_ON
from orchestration.views import AttemptView, OrchestrationView, TaskView
from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.options import Id, Json
from replwright.cli.text import one_line, print_json, safe
from replwright.cli.views import as_json, asked_for
from replwright.local.verdict import reasons

MAX_TOLD = 20
# A task that failed on its own says so in its line. The last two are of steps that need no story.
_WELL = ("ran", "planned", "answered", GOES_ON, "cancelled")


def show(id: Id, json: Json = False) -> None:
    orchestration_id = parse_id(id)
    ledger = connect().ledger
    view = ledger.get(orchestration_id)
    if json:
        print_json(as_json(view))
        return
    typer.echo("\n".join(lines(view)))
    if not view.status.is_terminal and (why := reasons(ledger.health())):
        typer.echo(f"waits     {one_line('; and '.join(why), 1000)}")


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
    if view.forked_from:
        head.append(f"forked    from step {view.forked_step} of {view.forked_from}")
    if view.retries:
        head.append(f"retried   {view.retries} time{'s' * (view.retries != 1)}")
    if view.detail:
        head.append(f"detail    {one_line(view.detail, 400)}")
    steps = [f"step {s.ordinal}: {s.status}, attempt {s.plan_attempt}" for s in view.steps]
    tasks = (line for task in asked_for(view) for line in _task(task))
    return [*head, *steps, *tasks, *story(view.attempts), *_answer(view)]


def story(attempts: Sequence[AttemptView]) -> list[str]:
    """What happened at each attempt, where there was more than one or where the only one ended badly."""
    tried = [list(group) for _, group in groupby(sorted(attempts, key=_tried), key=_tried)]
    worth = [each for each in tried if len(each) > 1 or not each[0].outcome.startswith(_WELL)]
    out = []
    for each in worth[:MAX_TOLD]:
        task = f"task {each[0].task_id} of " if each[0].task_id else ""
        out.append(f"attempts at {task}step {each[0].step}:")
        out += [f"  {_attempt(attempt)}" for attempt in each]
    return out + ([f"and {len(worth) - MAX_TOLD} more: see --json"] if len(worth) > MAX_TOLD else [])


def _tried(attempt: AttemptView) -> tuple[int, str]:
    return attempt.step, attempt.task_id or ""


def _attempt(attempt: AttemptView) -> str:
    return f"{attempt.started_at:%H:%M:%S} {attempt.process}: {one_line(attempt.outcome, 300)}"


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
