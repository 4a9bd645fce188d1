"""`replwright exec`: run a Python file in a sandboxed REPL, as an orchestration of one task without a model."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.errors import BadInput
from orchestration.limits import MAX_CODE_BYTES, MAX_CONTEXT_BYTES, Limits
from orchestration.states import EngineName
from orchestration.tools import SESSION_REPL, REPLResult
from replwright.cli.asking import Request, accept, limits_of
from replwright.cli.connect import connect
from replwright.cli.following import follow
from replwright.cli.options import Data, Engine, Json, Memory
from replwright.cli.planning import read_text
from replwright.cli.progress import Progress
from replwright.cli.run import exit_code
from replwright.cli.text import print_json, safe
from replwright.cli.views import asked_for, result_json
from replwright.llm.choose import GIVEN_PLAN
from replwright.llm.given_plan import exec_plan


def exec_(
    file: Annotated[str, typer.Argument(help="A Python file, or - for standard input.")],
    timeout: Annotated[int, typer.Option("--timeout", min=1, max=600, help="Seconds that the code may run.")] = 30,
    context: Annotated[Path | None, typer.Option("--context", help="JSON for `context`.")] = None,
    data: Data = None,
    engine: Engine = EngineName.AUTO,
    session: Annotated[
        str | None, typer.Option("--session", help="Run in this session's REPL, which keeps its variables.")
    ] = None,
    memory: Memory = 512,
    json: Json = False,
) -> None:
    code = _code(file)
    context_json = _context(context) if context else "null"
    plan = exec_plan(code, context_json, timeout, engine=engine, repl=SESSION_REPL if session is not None else None)
    limits = limits_of(Limits().deadline_s, memory, plan)
    request = Request(f"exec {file}", GIVEN_PLAN, data or (), plan, limits, session_id=session)
    services = connect(start=True, progress=Progress(quiet=json))
    submitted = accept(services, request)
    with services.in_use():
        view = follow(services.ledger, submitted.id, Progress(quiet=True))
    tasks = asked_for(view)
    landed = tasks[0].result if tasks else None
    result = landed or REPLResult("exec", is_success=False, stderr=view.detail)
    if json:
        print_json(result_json(result))
    else:
        _show(result)
    raise typer.Exit(0 if result.is_success else max(1, exit_code(view)))


def _context(path: Path) -> str:
    text = read_text(path, "--context", MAX_CONTEXT_BYTES)
    if not text.strip():
        raise BadInput(f"--context {path}", "is empty", "give JSON, or leave the option out")
    return text


def _show(result: REPLResult) -> None:
    typer.echo(safe(result.stdout), nl=False)
    if result.value is not None:
        typer.echo(safe(result.value))
    if result.stderr:
        typer.echo(safe(result.stderr), err=True)


def _code(file: str) -> str:
    if file != "-":
        return read_text(Path(file), "FILE", MAX_CODE_BYTES)
    raw = sys.stdin.buffer.read(MAX_CODE_BYTES + 1)
    if len(raw) > MAX_CODE_BYTES:
        raise BadInput("FILE -", f"is over {MAX_CODE_BYTES} bytes", "give less code")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadInput("FILE -", "is not UTF-8 text", "send UTF-8") from None
