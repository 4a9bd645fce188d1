"""`replwright fork`: a new question on what an ended one found, from one of its steps on."""

import uuid
from typing import Annotated

import typer

from orchestration.records import Fork
from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.options import Id, Json, Key, ModelName
from replwright.cli.planning import chosen_model
from replwright.cli.text import print_json


def fork(
    id: Id,
    step: Annotated[
        int | None, typer.Option("--step", help="The first step to be done anew; the last one if not given.")
    ] = None,
    question: Annotated[str | None, typer.Option("--question", help="Another question; the same if not given.")] = None,
    model: ModelName = "",
    deadline: Annotated[
        float | None, typer.Option("--deadline", help="Seconds until it is ended; as the original if not given.")
    ] = None,
    idempotency_key: Key = None,
    json: Json = False,
) -> None:
    orchestration_id = parse_id(id)
    asked = Fork(
        step=step,
        question=question,
        model=chosen_model(model, None) if model else None,
        deadline_s=deadline,
        idempotency_key=idempotency_key,
        root_task_id=str(uuid.uuid4()),
    )
    services = connect()
    submitted = services.ledger.fork(orchestration_id, asked)
    services.hints.send(submitted.hints)
    if not json:
        typer.echo(str(submitted.id))
        return
    view = services.ledger.get(submitted.id)
    print_json(
        {
            "id": str(submitted.id),
            "created": submitted.created,
            "forked_from": str(view.forked_from),
            "forked_step": view.forked_step,
        }
    )
