"""Builtins as REPL code sees them: some closed, `open` kept to the REPL's own folders. Guidance, not the boundary."""

import builtins
import os
from collections.abc import Callable
from typing import Any

from replwright.repl.guest.imports import guarded_import

_CLOSED = {
    "eval": "write the expression itself",
    "exec": "write the code itself",
    "compile": "write the code itself",
    "input": "nobody is there to answer; what the job was given is in `context` and `inputs`",
    "breakpoint": "there is no debugger; print what you need",
    "help": "there is no pager; use the documentation you know",
    "exit": "let the code run to its end",
    "quit": "let the code run to its end",
}


def closed_builtins(scratch: str, inputs: str) -> dict[str, Any]:
    """A `__builtins__` for the job's code; libraries keep the real ones."""
    names = dict(vars(builtins))
    names.update({name: _refusal(name, instead) for name, instead in _CLOSED.items()})
    names["open"] = _guarded_open(scratch, inputs)
    names["__import__"] = guarded_import
    return names


def _refusal(name: str, instead: str) -> Callable[..., Any]:
    def refuse(*_arguments: Any, **_named: Any) -> Any:
        raise PermissionError(f"{name}() is off in a REPL: {instead}")

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


def _guarded_open(scratch: str, inputs: str) -> Callable[..., Any]:
    def open(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not isinstance(file, (str, bytes, os.PathLike)):
            raise PermissionError("open() takes a path in a REPL, not a descriptor")
        path = os.path.realpath(os.fsdecode(file))
        if _inside(path, scratch):
            return builtins.open(file, mode, *arguments, **named)
        if not _inside(path, inputs):
            raise PermissionError(
                f"open({os.fsdecode(file)!r}) is refused: a REPL reads its inputs (`inputs[name]`) and its own folder, "
                "and writes to its own folder and outputs/"
            )
        if set(mode) & set("wax+"):
            raise PermissionError(
                f"open({os.fsdecode(file)!r}, {mode!r}) is refused: inputs are read-only; write to outputs/"
            )
        return builtins.open(file, mode, *arguments, **named)

    return open


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
