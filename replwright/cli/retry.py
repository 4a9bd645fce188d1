"""`replwright retry`: what failed or was cancelled goes on from the step that failed."""

import typer

from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.options import Id, Json
from replwright.cli.text import print_json


def retry(id: Id, json: Json = False) -> None:
    orchestration_id = parse_id(id)
    services = connect()
    submitted = services.ledger.retry(orchestration_id)
    services.hints.send(submitted.hints)
    view = services.ledger.get(orchestration_id)
    step = max(each.ordinal for each in view.steps)
    if json:
        print_json({"id": str(view.id), "status": view.status.value, "step": step, "retries": view.retries})
    else:
        typer.echo(f"goes on from step {step}; `replwright watch {view.id}` follows it")
