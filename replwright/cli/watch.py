"""`replwright watch`: follow an orchestration until it ends."""

import typer

from replwright.cli.asking import parse_id
from replwright.cli.connect import connect
from replwright.cli.following import follow
from replwright.cli.options import Id, Json
from replwright.cli.progress import Progress
from replwright.cli.run import exit_code, show_answer
from replwright.cli.text import print_json
from replwright.cli.views import as_json


def watch(id: Id, json: Json = False) -> None:
    orchestration_id = parse_id(id)
    progress = Progress(quiet=json)
    services = connect()
    ledger = services.ledger
    ledger.get(orchestration_id)
    with services.in_use():
        view = follow(ledger, orchestration_id, progress)
    if json:
        print_json(as_json(view))
    else:
        show_answer(view, progress)
    raise typer.Exit(exit_code(view))
