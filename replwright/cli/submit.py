"""`replwright submit`: accept a question and return at once."""

from typing import Annotated

import typer

from orchestration.limits import Limits
from replwright.cli.asking import check_request, submit_question
from replwright.cli.connect import connect
from replwright.cli.options import Data, Deadline, Json, Key, ModelName, NoSamples, PlanFile, Session
from replwright.cli.planning import chosen_model, read_plan
from replwright.cli.text import print_json


def submit(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    data: Data = None,
    plan: PlanFile = None,
    model: ModelName = "",
    deadline: Deadline = 3600,
    session: Session = None,
    idempotency_key: Key = None,
    no_samples: NoSamples = False,
    json: Json = False,
) -> None:
    check_request(question, data or [])
    given_plan = read_plan(plan) if plan else None
    limits = Limits(deadline_s=deadline, max_repairs=0 if given_plan else Limits().max_repairs)
    model = chosen_model(model, given_plan)
    services = connect()
    submitted = submit_question(
        services,
        question,
        data or [],
        model=model,
        given_plan=given_plan,
        limits=limits,
        session_id=session,
        idempotency_key=idempotency_key,
        show_samples=not no_samples,
    )
    if json:
        print_json({"id": str(submitted.id), "created": submitted.created})
    else:
        typer.echo(str(submitted.id))
