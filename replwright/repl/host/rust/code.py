"""The code that Monty is fed: the job's own, with its last expression's value capped inside before it comes back."""

import ast
import functools
from dataclasses import dataclass

from replwright.repl.host.rust.support import refusal

# A value whose repr is so much longer has no JSON within the limit either, and is shown by what Monty makes of it.
_LONGER = 64

# `plain` values (of JSON's types and tuples) come back whole, to be shown by the host's own repr; others come as text.
_HELPER = """def {name}(value, limit, repr=repr, len=len, type=type, kinds=(int, str, float, bool)):
    if value is None:
        return None
    text = repr(value)
    if len(text) > {longer} * limit:
        return ("cut", text[:limit], text[-limit:], len(text.encode()))
    def plain(value, depth):
        kind = type(value)
        if kind in kinds or value is None:
            return True
        if depth and (kind is list or kind is tuple):
            for item in value:
                if not plain(item, depth - 1):
                    return False
            return True
        if depth and kind is dict:
            for key in value:
                if not plain(key, depth - 1) or not plain(value[key], depth - 1):
                    return False
            return True
        return False
    return ("value", value) if plain(value, 50) else ("text", text)
"""
# In a fresh session most values are small numbers and texts, and a function costs more than such a job: these come back
# by an expression alone. Any other stays inside, and the helper is asked for it.
_TOOLS = "{name} = (type, len, int, float, bool, str)\n"
_SMALL = """(None if ({name}v := ({expression})) is None
else ("value", {name}v) if {name}[0]({name}v) is {name}[3] or {name}[0]({name}v) is {name}[4]
or ({name}[0]({name}v) is {name}[2] and -1e15 < {name}v < 1e15)
or ({name}[0]({name}v) is {name}[5] and {name}[1]({name}v) <= {limit})
else ("more",))"""
LINES_BEFORE_FRESH = 1


@dataclass(frozen=True, slots=True)
class Fed:
    """A job's code, cut at its last expression if it ends with one; `names` are those that it reads."""

    before: str
    expression: str | None
    after: str
    lines: tuple[str, ...]
    names: frozenset[str]

    def fresh(self, name: str, limit: int) -> str:
        """What to feed a fresh session. `name` is one that the code cannot know; `more` asks on."""
        if self.expression is None:
            return f"\n{self.before}\nNone"
        asked = _SMALL.format(name=name, expression=self.expression, limit=limit)
        return f"{_TOOLS.format(name=name)}{self.before}{asked}{self.after}"

    def named(self, helper: str, limit: int) -> str:
        """What to feed a session that knows its helper."""
        if self.expression is None:
            return f"{self.before}\nNone"
        return f"{self.before}{helper}(({self.expression}), {limit}){self.after}"


def more(name: str, limit: int) -> str:
    """What to feed after `fresh` for a value that is not small."""
    return f"{helper_text(name + 'h')}{name}h({name}v, {limit})"


class Refused(Exception):
    """The rust engine does not run this; the message is one clear line."""


def helper_text(name: str) -> str:
    """The definition of the helper."""
    return _HELPER.format(name=name, longer=_LONGER)


@functools.lru_cache(maxsize=256)
def prepare(code: str) -> Fed:
    """Look at the code once. Raises Refused for what Monty has not, and what ast.parse raises for what is no Python."""
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    tree = ast.parse(code, "<repl>")
    if why := refusal(tree):
        raise Refused(why)
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    lines = tuple(code.split("\n"))
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return Fed(code, None, "", lines, names)
    start = _offset(lines, last.lineno, last.col_offset)
    end = _offset(lines, last.end_lineno or last.lineno, last.end_col_offset or 0)
    return Fed(code[:start], code[start:end], code[end:], lines, names)


def _offset(lines: tuple[str, ...], line: int, column: int) -> int:
    """The position in the text of a line from 1 and a column in bytes of UTF-8."""
    within = len(lines[line - 1].encode()[:column].decode())
    return sum(len(one) + 1 for one in lines[: line - 1]) + within
