"""Run one job's code: its namespace, its last expression's value, how it failed."""

import ast
import json
import os
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replwright.repl.guest import closed, failure, figures, results, tables, value, wire

NO_MEMORY = wire.prepare({"done": {"error_kind": "out_of_memory", "value": None, "value_json": None, "seconds": 0.0}})


@dataclass
class Report:
    """What is told of a run besides its output. `seconds` is how long the code ran."""

    error_kind: str | None = None
    value: str | None = None
    value_json: str | None = None
    seconds: float = 0.0

    def send(self, channel: int) -> None:
        wire.send(channel, {"done": dict(vars(self))})


def run(job: dict[str, Any], inputs: str) -> Report:
    """Run the job of the host's message; whatever its code does becomes a report or ends the process."""
    report = Report()
    limits = job["limits"]
    began = time.perf_counter()
    try:
        result = _execute(job["code"], _namespace(job, inputs))
        figures.save(Path("outputs"))
        report.value = value.shown(result, limits["value_bytes"])
        report.value_json = value.as_json(result, limits["value_bytes"])
    except BaseException as error:
        report.seconds = time.perf_counter() - began
        if isinstance(error, SystemExit) and error.code in (None, 0):
            return report
        report.error_kind = failure.kind_of(error)
        error.__traceback__ = _without_ours(error)
        failure.write(failure.tell(error))
    report.seconds = time.perf_counter() - began
    return report


def _namespace(job: dict[str, Any], inputs: str) -> dict[str, Any]:
    """The names that the code finds, in a fresh `__main__`."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    paths = {one["name"]: f"{inputs}/{one['file']}" for one in job["inputs"]}
    formats = {one["name"]: one["format"] for one in job["inputs"]}
    module.__dict__.update(
        __builtins__=closed.closed_builtins(os.getcwd(), inputs),
        context=json.loads(job["context"]),
        inputs=results.Named("input", paths),
        inputs_df=tables.Tables(paths, formats),
        results=results.earlier(job, inputs),
    )
    figures.quiet_show()
    return module.__dict__


def _execute(code: str, namespace: dict[str, Any]) -> Any:
    """Run `code`; the value of its last statement if that is an expression, else None."""
    failure.remember_source(code)
    tree = ast.parse(code, failure.FILENAME)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        del tree.body[-1]
    exec(compile(tree, failure.FILENAME, "exec", dont_inherit=True), namespace)  # noqa: S102 - what this process is for
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), failure.FILENAME, "eval", dont_inherit=True), namespace)  # noqa: S307


def _without_ours(error: BaseException) -> types.TracebackType | None:
    """The traceback from the first frame of the job's code on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != failure.FILENAME:
        trace = trace.tb_next
    return trace
