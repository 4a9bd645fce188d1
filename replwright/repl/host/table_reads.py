"""Which of its inputs a job reads as tables, from its syntax tree."""

import ast

from orchestration.repl_job import InputFile, ReplJob
from replwright.repl.host.choose import parsed

# Below this a REPL loads the table itself faster than a template is made.
MIN_BYTES = 256 * 1024
MOST_TABLES = 32
_TABLES = "inputs_df"


def shared_tables(job: ReplJob) -> tuple[InputFile, ...]:
    """The inputs that a template should hold for `job`: read as tables, and not small. Raises OSError."""
    if job.group is None or job.group_size < 2 or job.named is not None:
        return ()
    names = names_read(job.code)
    wanted = (one for one in job.inputs if names is None or one.name in names)
    return tuple(one for one in wanted if one.path.stat().st_size >= MIN_BYTES)[:MOST_TABLES]


def names_read(code: str) -> frozenset[str] | None:
    """The names in `inputs_df["..."]` and `inputs_df.get("...")`; None when it may be any."""
    tree = parsed(code)
    if tree is None:
        return frozenset()
    names: set[str] = set()
    plain: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id="inputs_df") as table, slice=ast.Constant(value=str(name))):
                names.add(name)
                plain.add(id(table))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="inputs_df") as table, attr="get"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                names.add(name)
                plain.add(id(table))
    used = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == _TABLES)
    return frozenset(names) if all(id(node) in plain for node in used) else None
