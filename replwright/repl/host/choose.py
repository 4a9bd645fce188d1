"""The engine and the flavour of a job, from its syntax tree, before anything runs: never by trying."""

import ast
import functools
import sys

from orchestration.repl_job import ReplJob
from orchestration.states import EngineName
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.rust.fits import fits

_PLOT = frozenset({"matplotlib", "mpl_toolkits", "pylab", "scipy", "seaborn", "sklearn", "statsmodels", "plotly"})
_TABLE_NAMES = frozenset({"inputs_df"})
_MAX_CODE = 200_000


def flavour_of(code: str) -> Flavour:
    """What a REPL for this code should know already: plots, tables, or nothing but Python.

    A package outside the standard library counts as tables, for most stand on numpy; code that does not parse needs
    nothing.
    """
    tree = parsed(code)
    if tree is None:
        return Flavour.BARE
    packages = _imported(tree) - sys.stdlib_module_names
    if packages & _PLOT:
        return Flavour.PLOT
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return Flavour.DATA if packages or names & _TABLE_NAMES else Flavour.BARE


def engine_of(job: ReplJob) -> EngineName:
    """The engine for a job that leaves the choice to us: `rust` only where it behaves as `cpython` does."""
    if job.named is not None:
        return job.named.engine or EngineName.CPYTHON
    if not job.functions and _plain(job.context_data) and _fits(job.code):
        return EngineName.RUST
    return EngineName.CPYTHON


@functools.lru_cache(maxsize=256)
def _fits(code: str) -> bool:
    tree = parsed(code)
    return tree is not None and fits(tree, code)


def _plain(context_data: str) -> bool:
    """ASCII through and through, and no number that is none."""
    return context_data.isascii() and not any(each in context_data for each in ("\\u", "NaN", "Infinity"))


@functools.lru_cache(maxsize=256)
def parsed(code: str) -> ast.Module | None:
    """The syntax tree; None for code that does not parse, or is too long or too deep to look at."""
    if len(code) > _MAX_CODE:
        return None
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(tree: ast.Module) -> set[str]:
    """The top-level packages that are imported anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
