"""`replwright cancel`: end an orchestration now."""

import typer

from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.options import Id, Json
from replwright.cli.text import print_json


def cancel(id: Id, json: Json = False) -> None:
    orchestration_id = parse_id(id)
    ledger = connect().ledger
    done = ledger.cancel(orchestration_id)
    view = ledger.get(orchestration_id)
    if json:
        print_json({"id": str(view.id), "cancelled": done, "status": view.status.value})
    else:
        typer.echo("cancelled" if done else f"it had already ended: {view.status.value}")
