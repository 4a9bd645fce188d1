"""`replwright run`: a question in, an answer out."""

from typing import Annotated

import typer

from orchestration.states import Reason, Status
from orchestration.views import OrchestrationView
from replwright.cli.asking import Request, accept, limits_of
from replwright.cli.connect import connect
from replwright.cli.following import follow
from replwright.cli.options import Data, Deadline, Json, Memory, ModelName, NoSamples, PlanFile, Session
from replwright.cli.planning import chosen_model, read_plan
from replwright.cli.progress import Progress
from replwright.cli.text import print_json, safe
from replwright.cli.views import as_json, asked_for


def run(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    data: Data = None,
    plan: PlanFile = None,
    model: ModelName = "",
    deadline: Deadline = 3600,
    memory: Memory = 512,
    no_samples: NoSamples = False,
    session: Session = None,
    json: Json = False,
) -> None:
    progress = Progress(quiet=json)
    given_plan = read_plan(plan) if plan else None
    request = Request(
        question,
        chosen_model(model, given_plan),
        data or (),
        given_plan,
        limits_of(deadline, memory, given_plan),
        show_samples=not no_samples,
        session_id=session,
    )
    services = connect(start=True, progress=progress)
    submitted = accept(services, request)
    with services.in_use():
        view = follow(services.ledger, submitted.id, progress)
    if json:
        print_json(as_json(view))
    else:
        show_answer(view, progress)
    raise typer.Exit(exit_code(view))


def show_answer(view: OrchestrationView, progress: Progress) -> None:
    """The answer on standard output, what it cost on standard error."""
    usage, tasks = view.usage, asked_for(view)
    progress(
        f"{len(tasks)} REPL tasks, {usage.model_calls} model calls, "
        f"{usage.input_tokens} tokens in, {usage.output_tokens} out ({view.id})"
    )
    typer.echo(safe(view.answer or view.detail or (view.reason.value if view.reason else view.status.value)))


def exit_code(view: OrchestrationView) -> int:
    """0 answered, 1 failed, 2 bad input."""
    if view.status is Status.SUCCEEDED:
        return 0
    return 2 if view.reason is Reason.BAD_INPUT else 1
