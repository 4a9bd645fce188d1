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

from replwright.repl.guest import (
    calls,
    capture,
    closed,
    failure,
    figures,
    outputs,
    results,
    snapshot,
    tables,
    value,
    wire,
)

NO_MEMORY = wire.prepare({"done": {"error_kind": "out_of_memory", "value": None, "value_json": None, "seconds": 0.0}})
MAX_SNAPSHOT_BYTES = 64 * 1024**2
_MAX_WHY = 1000
_SMALL_JOB = (
    '{"code": "[1 + 1]", "context": "null", "inputs": [], "results": [], "functions": [], "tables": [], '
    '"keep": false, "restore": null, "replay": false, "limits": {"timeout_s": 1, "value_bytes": 100}}'
)
# Saving and sending take no longer.
_ROOM_TO_SAVE_S = snapshot.SAVE_S + 5


@dataclass
class Report:
    """What is told of a run besides its output. `seconds` is how long the code ran."""

    error_kind: str | None = None
    value: str | None = None
    value_json: str | None = None
    seconds: float = 0.0

    def send(self, channel: int) -> None:
        wire.send(channel, {"done": dict(vars(self))})


def serve_jobs(channel: int, inputs: str, *, ahead: bool) -> None:
    """Run what the channel brings, in a process that is confined and settled already: one job, or those of a named
    REPL, one after the other in one namespace. `ahead`: the first is not there yet, so there is time to prepare.
    """
    scratch = os.getcwd()
    namespace = _fresh_main(scratch, inputs)
    if ahead:
        _warm_up(inputs, Path(scratch, "outputs"))
    job = wire.receive(channel)
    while job is not None:
        _serve(channel, job, inputs, namespace, Path(scratch, "outputs"))
        if not job["keep"]:
            return
        job = wire.receive(channel)
        # An earlier job may have gone elsewhere, or have pointed the streams there.
        os.chdir(scratch)
        capture.open_streams()


def _serve(channel: int, job: dict[str, Any], inputs: str, namespace: dict[str, Any], folder: Path) -> None:
    calls.begin(channel)
    began = time.perf_counter()
    report = run(job, inputs, namespace, folder)
    calls.end()
    if job["save"] and time.perf_counter() - began + _ROOM_TO_SAVE_S > job["limits"]["timeout_s"]:
        # Or the host's deadline for the code might come while its state is saved.
        wire.send(channel, {"ran": True})
    capture.flush()
    try:
        if not job["replay"]:
            outputs.send(channel, folder, job["limits"]["artifact_bytes"])
        if job["keep"]:
            outputs.clear(folder)
            figures.close()
        if job["save"]:
            _save(channel, namespace)
        capture.flush()
        report.send(channel)
    except MemoryError:
        wire.send_prepared(channel, NO_MEMORY)


def _save(channel: int, namespace: dict[str, Any]) -> None:
    saved = snapshot.save(namespace, MAX_SNAPSHOT_BYTES)
    if saved.data is None:
        wire.send(channel, {"snapshot": None, "unsaved": saved.unsaved})
    else:
        wire.send_bytes(channel, saved.data, wire.prepare({"snapshot": len(saved.data), "unsaved": saved.unsaved}))


def run(job: dict[str, Any], inputs: str, namespace: dict[str, Any], folder: Path) -> Report:
    """Run the job of the host's message; whatever its code does becomes a report or ends the process.

    Figures go to `folder`.
    """
    report = Report()
    limits = job["limits"]
    began = time.perf_counter()
    try:
        namespace.update(_given(job, inputs, namespace))
        if job["restore"]:
            return _restore(f"{inputs}/{job['restore']}", namespace)
        result = _execute(job["code"], namespace, kept=job["keep"])
        if not job["replay"]:
            figures.save(folder)
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


def _restore(path: str, namespace: dict[str, Any]) -> Report:
    """`state_lost`, and the value says why, when the snapshot cannot be loaded."""
    try:
        snapshot.load(path, namespace)
    except snapshot.Unrestorable as error:
        return Report("state_lost", str(error)[:_MAX_WHY])
    return Report()


def _fresh_main(scratch: str, inputs: str) -> dict[str, Any]:
    """The namespace of a new `__main__`."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    module.__dict__["__builtins__"] = closed.closed_builtins(scratch, inputs)
    figures.quiet_show()
    return module.__dict__


def _warm_up(inputs: str, folder: Path) -> None:
    """Do what every job does: a process just forked copies each page that it writes to, and nobody waits for it yet."""
    report = run(json.loads(_SMALL_JOB), inputs, {"__builtins__": {}}, folder)
    if pandas := sys.modules.get("pandas"):
        pandas.Series([1, 2]).sum()
    outputs.files(folder)
    capture.flush()
    wire.prepare({"done": dict(vars(report))})


def _given(job: dict[str, Any], inputs: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """The names that the code finds. The functions of an earlier job are taken away."""
    for name in [name for name, one in namespace.items() if calls.is_function(one)]:
        del namespace[name]
    paths = {one["name"]: f"{inputs}/{one['file']}" for one in job["inputs"]}
    formats = {one["name"]: one["format"] for one in job["inputs"]}
    return {
        "context": json.loads(job["context"]),
        "inputs": results.Named("input", paths),
        "inputs_df": tables.Tables(paths, formats, job["tables"]),
        "results": results.earlier(job, inputs),
        **calls.functions(job["functions"]),
    }


def _execute(code: str, namespace: dict[str, Any], *, kept: bool) -> Any:
    """Run `code`; the value of its last statement if that is an expression, else None."""
    name = failure.remember_source(code, kept=kept)
    tree = ast.parse(code, name)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        del tree.body[-1]
    exec(compile(tree, name, "exec", dont_inherit=True), namespace)  # noqa: S102 - what this process is for
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), namespace)  # noqa: S307


def _without_ours(error: BaseException) -> types.TracebackType | None:
    """The traceback from the first frame of the job's code on."""
    trace = error.__traceback__
    while trace is not None and not failure.is_own(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace
