"""`replwright cancel`: end an orchestration now."""

import typer

from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.options import Id, Json
from replwright.cli.text import print_json


def cancel(id: Id, json: Json = False) -> None:
    ledger = connect().ledger
    done = ledger.cancel(parse_id(id))
    view = ledger.get(parse_id(id))
    if json:
        print_json({"id": str(view.id), "cancelled": done, "status": view.status.value})
    else:
        typer.echo("cancelled" if done else f"it had already ended: {view.status.value}")
