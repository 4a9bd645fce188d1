"""What the rust engine has not, read from a syntax tree: so that the refusal comes before anything runs."""

import ast
from collections.abc import Iterator

_MODULES = (
    "__future__ asyncio base64 binascii bisect collections copy csv dataclasses datetime decimal functools hashlib "
    "itertools json math os pathlib posixpath random re sys time tomllib typing unicodedata"
)
MODULES = frozenset(_MODULES.split())
# Looked up as globals, they would show or run what a job must not reach; refused whoever defines them.
_NEVER = frozenset({"eval", "exec", "locals"})
_ABSENT = (
    "BaseExceptionGroup BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError "
    "ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError "
    "EncodingWarning EnvironmentError ExceptionGroup FloatingPointError FutureWarning GeneratorExit IOError "
    "ImportWarning IndentationError InterruptedError PendingDeprecationWarning ProcessLookupError ReferenceError "
    "ResourceWarning RuntimeWarning StopAsyncIteration SyntaxWarning SystemError SystemExit TabError UnicodeError "
    "UnicodeTranslateError UnicodeWarning UserWarning Warning __build_class__ __import__ aiter anext ascii breakpoint "
    "bytearray callable classmethod compile delattr dir exit globals help input issubclass memoryview open property "
    "quit staticmethod super vars"
)
_ABSENT_NAMES = frozenset(_ABSENT.split())
_OF_THE_OTHER_ENGINE = frozenset({"inputs", "inputs_df"})
_SYNTAX: dict[type[ast.AST], str] = {
    ast.Delete: "`del`",
    ast.Yield: "`yield`",
    ast.YieldFrom: "`yield from`",
    ast.TryStar: "`except*`",
    ast.AsyncFor: "`async for`",
    ast.AsyncWith: "`async with`",
}


def unsupported(what: str, line: int | None) -> str:
    """The one line that says so, and what helps."""
    where = f" (line {line})" if line is not None else ""
    return f"the rust engine does not support {what}{where}; use --engine cpython"


def refusal(tree: ast.Module) -> str | None:
    """The refusal of the first thing in the tree that Monty 1.4 has not, if there is one."""
    bound = _bound(tree)
    found = ((getattr(node, "lineno", 0), what) for node in ast.walk(tree) for what in _lacks(node, bound))
    first = min(found, default=None)
    return unsupported(first[1], first[0]) if first else None


def _lacks(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    if type(node) in _SYNTAX:
        yield _SYNTAX[type(node)]
    elif isinstance(node, ast.ClassDef) and (node.bases or node.keywords):
        yield "class inheritance"
    elif isinstance(node, ast.Import):
        yield from (f"the module {each.name!r}" for each in node.names if each.name.partition(".")[0] not in MODULES)
    elif isinstance(node, ast.ImportFrom):
        if node.level or (node.module or "").partition(".")[0] not in MODULES:
            yield f"the module {node.module!r}"
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        if node.id in _NEVER or (node.id in _ABSENT_NAMES and node.id not in bound):
            yield f"`{node.id}`"
        elif node.id in _OF_THE_OTHER_ENGINE and node.id not in bound:
            yield f"input files (`{node.id}`)"
    elif isinstance(node, ast.Attribute) and node.attr == "artifacts":
        yield "artifacts"


def _bound(tree: ast.Module) -> frozenset[str]:
    """Every name that the code itself gives a meaning, anywhere."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return frozenset(names)
