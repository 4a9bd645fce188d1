"""Runs generated code as a REPL would, but in this process and unconfined: for code that our own rules made."""

import ast
import contextlib
import io
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.states import ErrorKind
from orchestration.tools import REPLResult


@dataclass(frozen=True, slots=True)
class Earlier:
    """`results[task_id]` as REPL code sees it."""

    stdout: str
    value: Any


RunCode = Callable[[str, str, Mapping[str, Any], Mapping[str, Earlier]], tuple[REPLResult, Earlier]]


def run_plainly(
    task_id: str, code: str, tables: Mapping[str, Any], earlier: Mapping[str, Earlier]
) -> tuple[REPLResult, Earlier]:
    """Run `code` with these `inputs_df` and `results`: (its result, what later code sees of it)."""
    names: dict[str, Any] = {"inputs_df": dict(tables), "results": dict(earlier), "context": None}
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, "<repl>", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "<repl>", "eval"), names)
    except Exception:
        told = traceback.format_exc()
        failed = REPLResult(
            task_id, is_success=False, stdout=printed.getvalue(), stderr=told, error_kind=ErrorKind.EXCEPTION
        )
        return failed, Earlier(printed.getvalue(), None)
    carried = json.loads(json.dumps(value))
    result = REPLResult(
        task_id, is_success=True, stdout=printed.getvalue(), value=repr(value), value_json=json.dumps(value)
    )
    return result, Earlier(printed.getvalue(), carried)
