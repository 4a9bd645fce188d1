"""`replwright list`: the newest orchestrations."""

from typing import Annotated

import typer

from orchestration.errors import BadInput
from orchestration.states import Status
from replwright.cli.connect import connect
from replwright.cli.options import Json
from replwright.cli.text import one_line, print_json


def list_(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 20,
    status: Annotated[str, typer.Option("--status", help="Only these: queued, waiting, succeeded, ...")] = "",
    json: Json = False,
) -> None:
    if status and status not in set(Status):
        raise BadInput("--status", f"{status!r} is none", f"give one of {', '.join(Status)}")
    views = connect().ledger.list(limit, Status(status) if status else None)
    if json:
        print_json(
            [
                {
                    "id": str(view.id),
                    "status": view.status.value,
                    "reason": view.reason.value if view.reason else None,
                    "question": view.question,
                    "created_at": view.created_at.isoformat(),
                    "newer": view.newer,
                }
                for view in views
            ]
        )
        return
    for view in views:
        state = f"{view.status.value}{f'/{view.reason.value}' if view.reason else ''}"
        state = "of a newer release" if view.newer else state
        typer.echo(f"{view.id}  {view.created_at:%m-%d %H:%M:%S}  {state:<24} {one_line(view.question, 60)}")
