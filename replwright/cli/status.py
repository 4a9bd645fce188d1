"""`replwright status`: whether the stack, or the servers of your own, serve, and if not, why."""

import typer

from orchestration.errors import ExitCode
from replwright import settings as replwright_settings
from replwright.cli.options import Json
from replwright.cli.text import print_json, safe
from replwright.local import report, stack


def status(json: Json = False) -> None:
    settings = replwright_settings.load()
    shown = report.of(settings, stack.current(settings))
    if json:
        print_json(shown)
    else:
        typer.echo(safe("\n".join(report.lines(shown))))
    raise typer.Exit(int(ExitCode.ANSWERED if shown["serves"] else ExitCode.SERVICE_MISSING))
