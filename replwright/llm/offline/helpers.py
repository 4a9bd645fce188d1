"""Copies the functions that generated code needs out of toolbox.py, whose source is read and never run here."""

import ast
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOOLBOX = Path(__file__).with_name("toolbox.py")
# A SystemError was seen once while several questions came at once. CPython 3.11 is known to miscount the depth of trees
# that threads build together; that this was the cause was not shown.
_one_at_a_time = threading.Lock()


def helpers_for(body: str) -> str:
    """The source of every function and constant that `body` names, and of those that they name."""
    toolbox = _toolbox()
    needed: set[str] = set()
    waiting = [_names_in(body)]
    while waiting:
        for name in (waiting.pop() & toolbox.keys()) - needed:
            needed.add(name)
            waiting.append(toolbox[name].uses)
    return "\n\n\n".join(tool.source for name, tool in toolbox.items() if name in needed)


@dataclass(frozen=True, slots=True)
class _Tool:
    source: str
    uses: frozenset[str]


@cache
def _toolbox() -> dict[str, _Tool]:
    found = {}
    for node in _parsed(TOOLBOX.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            source = ast.unparse(_Untyped().visit(node))
            found[node.name] = _Tool(source, _names_in(source))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = _Tool(ast.unparse(node), frozenset())
    return found


class _Untyped(ast.NodeTransformer):
    """Types serve our checks; in a REPL their names would have to be imported."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _parsed(source: str) -> ast.Module:
    with _one_at_a_time:
        return ast.parse(source)


def _names_in(source: str) -> frozenset[str]:
    return frozenset({node.id for node in ast.walk(_parsed(source)) if isinstance(node, ast.Name)})
