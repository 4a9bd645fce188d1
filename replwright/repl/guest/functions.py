"""Functions of a REPL taken apart and put together: what shared one namespace or one closure still does.

cloudpickle gives every restored function globals of its own, and every closure cells of its own.
"""

import functools
import marshal
import types
from collections.abc import Callable
from typing import Any

_ATTRIBUTES = (
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    "__doc__",
    "__module__",
    "__name__",
    "__qualname__",
    "__type_params__",
)
Reduced = tuple[Any, ...]
_EMPTY = types.CellType()


def reduce_function(function: types.FunctionType, cells: dict[int, Any]) -> Reduced:
    """What pickle needs of a function of the namespace; its cells are noted in `cells` and filled by its state."""
    closure = function.__closure__ or ()
    cells.update((id(cell), cell) for cell in closure)
    attributes = {name: getattr(function, name) for name in _ATTRIBUTES if hasattr(function, name)}
    contents = [() if cell == _EMPTY else (cell.cell_contents,) for cell in closure]
    made_of = (marshal.dumps(function.__code__), *closure)
    return make_function, made_of, (attributes, vars(function), closure, contents), None, None, fill_function


def make_function(*_parts: Any) -> Any:
    """Stands in the stream for what `maker` returns."""
    raise RuntimeError("a function can only be restored into a namespace")


def maker(namespace: dict[str, Any]) -> Callable[..., types.FunctionType]:
    """Puts a function together whose globals are `namespace` itself."""

    def make(code: bytes, *closure: types.CellType) -> types.FunctionType:
        return types.FunctionType(marshal.loads(code), namespace, None, None, closure)  # noqa: S302 - in the sandbox

    return make


def fill_function(function: types.FunctionType, state: Reduced) -> None:
    """The second half: whatever may lead back to the function itself."""
    attributes, extra, closure, contents = state
    for name, value in attributes.items():
        setattr(function, name, value)
    vars(function).update(extra)
    for cell, content in zip(closure, contents, strict=True):
        if content:
            cell.cell_contents = content[0]


def reduce_cell(cell: Any, cells: dict[int, Any]) -> Reduced:
    """A cell that a function fills is pickled empty."""
    if id(cell) in cells or cell == _EMPTY:
        return types.CellType, ()
    return types.CellType, (cell.cell_contents,)


def reduce_cached(function: Any) -> Reduced:
    """A function behind lru_cache, without what the cache holds."""
    return make_cached, (function.__wrapped__, function.cache_parameters())


def make_cached(function: Any, parameters: dict[str, Any]) -> Any:
    return functools.lru_cache(**parameters)(function)


def reduce_cached_property(one: Any) -> Reduced:
    """Without the lock that Python 3.11 keeps in it."""
    return make_cached_property, (one.func, one.attrname)


def make_cached_property(function: Any, name: str | None) -> Any:
    made = functools.cached_property(function)
    made.attrname = name
    return made
