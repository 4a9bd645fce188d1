"""`replwright up`: start the stack of this machine, and stay until it ends."""

import os
import signal
from typing import Annotated

import typer

from orchestration.errors import ServiceMissing
from replwright import settings as replwright_settings
from replwright.cli.options import Json, ModelName
from replwright.cli.progress import Progress
from replwright.cli.text import print_json
from replwright.llm.choose import resolve_model
from replwright.local import stack
from replwright.local.report import as_json
from replwright.settings import Settings


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return once the stack serves; it stays.")] = False,
    model: ModelName = "",
    flower: Annotated[bool, typer.Option("--flower", help="Start Flower too, on REPLWRIGHT_FLOWER_PORT.")] = False,
    json: Json = False,
) -> None:
    settings = replwright_settings.load()
    # Asked before anything starts. Workers are given a model by name, never by what happens to be left.
    os.environ["REPLWRIGHT_MODEL"] = resolve_model(settings, model).name
    progress = Progress(quiet=json)
    progress(f"starting the stack in {settings.home}")
    running = stack.current(settings) is not None
    # SIGINT as well: a shell without job control starts `up &` with SIGINT ignored.
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _interrupt)
    try:
        stack.ensure(settings, progress, stops_when_idle=False, ends_with_caller=not detach, flower=flower)
        if json:
            print_json(as_json(stack.current(settings)))
        if running:
            progress("a stack serves here already; `replwright down` stops it")
        else:
            progress("the stack serves" if detach else "the stack serves; Ctrl-C stops it")
            if not detach:
                _stay(settings, progress)
    except KeyboardInterrupt:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        if not running:
            stack.stop(settings, progress)
            progress("stopped")


def _stay(settings: Settings, progress: Progress) -> None:
    """Until the stack ends. Raises ServiceMissing with the reason if it could not go on."""
    error = stack.follow_to_end(settings, progress)
    if error is not None:
        raise ServiceMissing(*error)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
