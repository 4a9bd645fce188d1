"""`replwright submit`: accept a question and return at once."""

from typing import Annotated

import typer

from replwright.cli.asking import Request, accept, limits_of
from replwright.cli.connect import connect
from replwright.cli.options import Data, Deadline, Json, Key, Memory, ModelName, NoSamples, PlanFile, Session
from replwright.cli.planning import chosen_model, read_plan
from replwright.cli.text import print_json


def submit(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    data: Data = None,
    plan: PlanFile = None,
    model: ModelName = "",
    deadline: Deadline = 3600,
    memory: Memory = 512,
    session: Session = None,
    idempotency_key: Key = None,
    no_samples: NoSamples = False,
    json: Json = False,
) -> None:
    given_plan = read_plan(plan) if plan else None
    request = Request(
        question,
        chosen_model(model, given_plan),
        data or (),
        given_plan,
        limits_of(deadline, memory, given_plan),
        show_samples=not no_samples,
        session_id=session,
        idempotency_key=idempotency_key,
    )
    submitted = accept(connect(), request)
    if json:
        print_json({"id": str(submitted.id), "created": submitted.created})
    else:
        typer.echo(str(submitted.id))
