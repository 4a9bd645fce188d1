"""The pickler and the unpickler of snapshots: cloudpickle, with functions that share the REPL's own namespace."""

import functools
import importlib
import importlib.util
import io
import pickle
import sys
import types
from collections.abc import Callable
from typing import Any

from replwright.repl.guest import functions

PROTOCOL = 5
_OURS = "replwright."
_TRACKED = {"_make_skeleton_class": 4, "_make_skeleton_enum": 5}
_CACHED = type(functools.lru_cache(lambda: None))


class NoPickle(pickle.PicklingError):
    """The object cannot be in a snapshot; the message says what it is."""


class NotHere(Exception):
    """The snapshot names something that is not installed here."""


class Itself:
    """Stands for the namespace that is being saved, where a variable holds it."""

    def __reduce__(self) -> Any:
        return itself, ()


@functools.cache
def pickler_type() -> Any:
    """A class of picklers: `(file, namespace)`. `last` is what it looked at last, `own_classes` whether it met any."""
    base: Any = importlib.import_module("cloudpickle").Pickler if importlib.util.find_spec("cloudpickle") else None

    class SnapshotPickler(base or pickle.Pickler):  # type: ignore[misc]
        def __init__(self, file: Any, namespace: dict[str, Any]) -> None:
            super().__init__(file, PROTOCOL)
            self.last: Any = None
            self.own_classes = False
            self._namespace = namespace
            self._cells: dict[int, Any] = {}

        def reducer_override(self, obj: Any) -> Any:
            self.last = obj
            kind = type(obj)
            if kind is types.FunctionType:
                if obj.__globals__ is self._namespace:
                    return functions.reduce_function(obj, self._cells)
                if is_served(obj.__name__, obj):
                    return served, (obj.__name__,)
            elif kind is types.CellType:
                return functions.reduce_cell(obj, self._cells)
            elif isinstance(obj, io.IOBase) and not isinstance(obj, (io.StringIO, io.BytesIO)):
                raise NoPickle("an open file")
            elif kind is types.ModuleType:
                return import_module, (obj.__name__,)
            elif kind is _CACHED and obj.__wrapped__.__module__ == "__main__":
                return functions.reduce_cached(obj)
            elif kind is functools.cached_property:
                return functions.reduce_cached_property(obj)
            elif kind.__module__ == "pyarrow.lib":
                if (compact := _compact(obj)) is not None:
                    return compact
            elif kind.__module__ == "__main__":
                self.own_classes = True
            found = super().reducer_override(obj) if base else self._without_cloudpickle(obj)
            self.own_classes |= isinstance(obj, type) and found is not NotImplemented
            return found

        def _without_cloudpickle(self, obj: Any) -> Any:
            if isinstance(obj, (type, types.FunctionType)) and obj.__module__ == "__main__":
                raise NoPickle("a class or function, and cloudpickle is not installed here")
            return NotImplemented

    return SnapshotPickler


class SnapshotUnpickler(pickle.Unpickler):
    """Restores into `namespace`. A `trial` leaves alone the classes that this process has already."""

    def __init__(self, file: Any, namespace: dict[str, Any], *, trial: bool = False) -> None:
        super().__init__(file)
        self._namespace, self._trial = namespace, trial

    def find_class(self, module: str, name: str) -> Any:
        """What the stream names. Raises NotHere."""
        try:
            found = super().find_class(module, name)
        except (ImportError, AttributeError):
            raise NotHere(f"{module}.{name}") from None
        if found is functions.make_function:
            return functions.maker(self._namespace)
        if found is served:
            return functools.partial(_served_in, self._namespace)
        if found is itself:
            return lambda: self._namespace
        if self._trial and module == "cloudpickle.cloudpickle" and name in _TRACKED:
            return _untracked(found, _TRACKED[name])
        return found


def is_served(name: str, value: Any) -> bool:
    """Whether this is a function that the host serves, under its own name: it is of ours, and of no module."""
    if not isinstance(value, types.FunctionType) or not str(value.__module__).startswith(_OURS):
        return False
    return value.__name__ == name and vars(sys.modules[value.__module__]).get(name) is not value


def itself() -> dict[str, Any]:
    """Stands in the stream for the namespace."""
    raise RuntimeError("a namespace can only be restored into one")


def import_module(name: str) -> types.ModuleType:
    """The module of that name. Raises NotHere."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotHere(name) from None


def served(name: str) -> Any:
    """Stands in the stream for a function that the host serves; each job brings its own."""
    raise RuntimeError(f"{name} can only be restored into a namespace")


def _served_in(namespace: dict[str, Any], name: str) -> Any:
    if name in namespace:
        return namespace[name]

    def not_served(*_arguments: Any, **_named: Any) -> Any:
        raise NameError(f"{name}() is not available in this job")

    not_served.__name__ = name
    return not_served


def _untracked(make: Callable[..., Any], position: int) -> Callable[..., Any]:
    """cloudpickle gives the class that it knows by the tracking id at `position`; without the id it makes a new one."""

    def made(*arguments: Any) -> Any:
        return make(*arguments[:position], None, *arguments[position + 1 :])

    return made


def _compact(obj: Any) -> Any:
    """A slice of a bigger Arrow array, by itself: Arrow would pickle the whole of what it is a slice of."""
    arrow = sys.modules["pyarrow"]
    if not isinstance(obj, (arrow.Array, arrow.ChunkedArray)) or obj.get_total_buffer_size() < 2 * obj.nbytes + 4096:
        return None
    sink = arrow.BufferOutputStream()
    table = arrow.table({"x": obj})
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return expand, (sink.getvalue(), isinstance(obj, arrow.Array))


def expand(data: Any, one_piece: bool) -> Any:
    """The array of `_compact`."""
    import pyarrow as arrow

    column = arrow.ipc.open_stream(data).read_all().column(0)
    return column.combine_chunks() if one_piece else column
