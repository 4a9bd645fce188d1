"""`replwright`: the commands, and the one place where an error becomes a line and an exit code."""

import importlib
import sys

import typer

from orchestration.errors import ReplwrightError
from replwright.cli.text import fail

COMMANDS = {
    "run": "Answer a question about data, and wait for the answer.",
    "submit": "Accept a question and print its id.",
    "show": "One orchestration: its steps, REPL tasks and answer.",
    "list": "The newest orchestrations.",
    "watch": "Follow an orchestration until it ends.",
    "cancel": "End an orchestration now.",
    "retry": "Go on with what failed or was cancelled, from the step that failed.",
    "fork": "Go on from a step of one that has ended, as a new orchestration.",
    "exec": "Run a Python file in a sandboxed REPL.",
    "up": "Start the stack on this machine.",
    "down": "Stop the stack on this machine.",
    "status": "Does the stack serve? Exit code 0 if it does, 3 if not.",
    "doctor": "Find out what is wrong with this installation.",
    "migrate": "Bring the database to this release's schema.",
}
PYTHON_NAMES = {"exec": "exec_", "list": "list_"}  # the words that Python has taken


def build(names: list[str]) -> typer.Typer:
    """The application with these commands. Only they are imported, so that none waits for another's libraries."""
    app = typer.Typer(
        name="replwright",
        help="Answers questions with code.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(_group)
    for name in names:
        python_name = PYTHON_NAMES.get(name, name)
        command = getattr(importlib.import_module(f"replwright.cli.{python_name}"), python_name)
        app.command(name=name, help=COMMANDS[name])(command)
    return app


def main() -> None:
    """The console script."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        build([chosen] if chosen in COMMANDS else list(COMMANDS))()
    except ReplwrightError as error:
        fail(error)
        sys.exit(int(error.exit_code))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)


def _group() -> None:
    """Answers questions with code."""
