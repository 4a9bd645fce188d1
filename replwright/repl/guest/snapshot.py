"""Snapshots of a REPL's namespace, made and loaded only inside the sandbox.

A line of JSON that says what made it, then one pickle a variable: they share a memo, so that the whole is one graph.
"""

import contextlib
import io
import json
import random
import sys
import time
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from replwright.repl.guest import patience, reasons
from replwright.repl.guest.pickling import Itself, NotHere, SnapshotUnpickler, import_module, is_served, pickler_type

# A save takes no longer: a third for the first attempt, a third to look at variables one by one, the rest to save
# what is left of them.
SAVE_S = 30.0
_VERSION, _ENGINE = 1, "cpython"
_MAX_HEADER = 4096
_TRIES = 3
_DEEPEST = 2500
_JOBS_OWN = frozenset(
    {"__builtins__", "__name__", "__doc__", "__loader__", "__spec__", "__package__", "__file__"}
    | {"context", "inputs", "inputs_df", "results"}
)
_FIRST = (int, float, str, bytes, type(None), type, types.FunctionType, types.ModuleType)
# Saved beside the variables, under names that no variable has.
_RANDOM, _NUMPY_RANDOM = "/random", "/numpy.random"


class Unrestorable(Exception):
    """The snapshot cannot be loaded here; the message says why."""


@dataclass
class Saved:
    """`data` is None when it passed the limit; `unsaved` names what is not in it, each with the reason."""

    data: bytes | None
    unsaved: list[str] = field(default_factory=list)


class _TooBig(BaseException):
    """No Exception: an object's own code must not take it for one of its errors."""


class _Capped(io.BytesIO):
    """Takes at most `room` bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any, /) -> int:
        self._room -= memoryview(data).nbytes
        if self._room < 0:
            raise _TooBig
        return super().write(data)


class _Failed(Exception):
    """One variable cannot be saved; `why` says so in words."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self.name, self.why = name, why


def save(namespace: dict[str, Any], limit: int) -> Saved:
    """The variables of `namespace` as one graph of at most `limit` bytes; never raises for what they are or do.

    What cannot be saved costs the variables that hold it and no others; functions that use such a variable stay. The
    job's own names are not part of it. Takes at most SAVE_S seconds.
    """
    try:
        with _undisturbed():
            return _save(namespace, limit)
    except (_TooBig, MemoryError):
        return Saved(None)
    except BaseException as error:
        return Saved(None, [reasons.reason("everything", None, None, error)])


def load(path: str, namespace: dict[str, Any]) -> None:
    """Fill the namespace of `__main__`. Raises Unrestorable, and leaves no variable behind then; or MemoryError."""
    with open(path, "rb") as file:
        others = _check(file.readline(_MAX_HEADER))
        try:
            with _undisturbed():
                _restore(file, namespace)
        except NotHere as error:
            raise Unrestorable(f"the saved state needs {error}, which is not installed here{others}") from None
        except MemoryError:
            raise
        except BaseException as error:
            why = f"{type(error).__name__}: {error}"[:300]
            raise Unrestorable(f"the saved state cannot be loaded: {why}{others}") from None


def _save(namespace: dict[str, Any], limit: int) -> Saved:
    began = time.monotonic()
    wanted, unsaved = _variables(namespace), list[str]()
    for attempt in range(_TRIES):
        try:
            until = began + (SAVE_S if attempt else SAVE_S / 3)
            return Saved(_dump(wanted, namespace, limit, until), _told(unsaved))
        except _Failed as failed:
            del wanted[failed.name]
            unsaved.append(failed.why)
        if attempt == 0:
            unsaved += _weed(wanted, namespace, limit, began + SAVE_S * 2 / 3)
    lost = "everything (it changes while it is saved)"
    return Saved(_dump({}, namespace, limit, began + SAVE_S), _told([lost, *unsaved]))


def _variables(namespace: dict[str, Any]) -> dict[str, Any]:
    """What to save: the random states, then what the code of objects may need while the rest is loaded."""
    found: dict[str, Any] = {_RANDOM: random.getstate()}
    if numpy := sys.modules.get("numpy"):
        name, key, *rest = numpy.random.get_state()
        found[_NUMPY_RANDOM] = (name, key.tobytes(), *rest)
    for name, value in list(namespace.items()):
        if isinstance(name, str) and name not in _JOBS_OWN and not is_served(name, value):
            found[name] = Itself() if value is namespace else value
    return dict(sorted(found.items(), key=lambda item: not isinstance(item[1], _FIRST)))


def _dump(wanted: dict[str, Any], namespace: dict[str, Any], limit: int, until: float, *, alone: bool = False) -> bytes:
    """The snapshot of `wanted`, tried out where classes of the user's are in it; `alone`, without what else it needs.

    Raises _Failed, _TooBig, MemoryError.
    """
    file = _Capped(limit)
    file.write(_header())
    begins = file.tell()
    pickler = pickler_type()(file, namespace)
    pickler.dump(list(wanted))
    for name, value in wanted.items():
        with _blaming(name, value, pickler, until):
            pickler.dump(value)
    if pickler.own_classes:
        file.seek(begins)
        _try_out(file, wanted, namespace if alone else _given(namespace), until)
    return file.getvalue()


def _weed(wanted: dict[str, Any], namespace: dict[str, Any], limit: int, until: float) -> list[str]:
    """Take out of `wanted`, one by one, what cannot be saved; why it cannot."""
    unsaved = []
    for name, value in list(wanted.items()):
        try:
            _dump({name: value}, namespace, limit, min(until, time.monotonic() + SAVE_S / 6), alone=True)
        except _Failed as failed:
            del wanted[name]
            unsaved.append(failed.why)
    return unsaved


def _given(namespace: dict[str, Any]) -> dict[str, Any]:
    """The job's own part of it."""
    return {name: value for name, value in namespace.items() if name in _JOBS_OWN or is_served(name, value)}


def _try_out(file: io.BytesIO, wanted: dict[str, Any], around: dict[str, Any], until: float) -> None:
    """Load it as a restore would, beside the live namespace: a class's own code may fail only then."""
    beside = dict(around)
    unpickler = SnapshotUnpickler(file, beside, trial=True)
    unpickler.load()
    for name, value in wanted.items():
        with contextlib.suppress(MemoryError), _blaming(name, value, None, until):
            beside[name] = unpickler.load()


def _restore(file: Any, namespace: dict[str, Any]) -> None:
    """Variable by variable: what is loaded later may need what came before it."""
    unpickler = SnapshotUnpickler(file, namespace)
    restored = []
    try:
        for name in unpickler.load():
            value = unpickler.load()
            if name == _RANDOM:
                random.setstate(value)
            elif name == _NUMPY_RANDOM:
                _set_numpy_random(*value)
            else:
                namespace[name] = value
                restored.append(name)
    except BaseException:
        for name in restored:
            namespace.pop(name, None)
        raise


def _set_numpy_random(name: str, key: bytes, *rest: Any) -> None:
    """Where NumPy is not installed, nobody draws from it."""
    with contextlib.suppress(NotHere):
        numpy: Any = import_module("numpy")
        numpy.random.set_state((name, numpy.frombuffer(key, "uint32"), *rest))


@contextlib.contextmanager
def _blaming(name: str, value: Any, pickler: Any, until: float) -> Iterator[None]:
    """Whatever goes wrong inside, or takes longer than `until`, is the fault of one variable."""
    try:
        with patience.at_most(until - time.monotonic()):
            yield
    except (_TooBig, MemoryError):
        raise
    except patience.TooSlow:
        raise _Failed(name, f"{name[:100]} (saving it takes too long)") from None
    except BaseException as error:
        raise _Failed(name, reasons.reason(name, value, pickler.last if pickler else None, error)) from None


def _header() -> bytes:
    modules = ((name, sys.modules.get(name)) for name in ("numpy", "pandas", "pyarrow"))
    packages = {name: module.__version__ for name, module in modules if module is not None}
    facts = {"version": _VERSION, "engine": _ENGINE, "python": list(sys.version_info[:2]), "packages": packages}
    return json.dumps(facts).encode() + b"\n"


def _check(line: bytes) -> str:
    """The packages of which another version is here, in words. Raises Unrestorable."""
    try:
        facts = json.loads(line)
        version, engine, python, packages = (facts[key] for key in ("version", "engine", "python", "packages"))
    except (ValueError, LookupError, TypeError):
        raise Unrestorable("the saved state is damaged") from None
    if (version, engine) != (_VERSION, _ENGINE):
        raise Unrestorable(f"the saved state is of another kind ({engine}, version {version})")
    if python != list(sys.version_info[:2]):
        made, here = ".".join(map(str, python)), ".".join(map(str, sys.version_info[:2]))
        raise Unrestorable(f"the saved state was made with Python {made}, and here is Python {here}")
    here = json.loads(_header())["packages"]
    others = [f"{name} {packages[name]}" for name in packages if packages[name] != here.get(name, packages[name])]
    return f" (it was made with {', '.join(others)})" if others else ""


def _told(unsaved: list[str]) -> list[str]:
    if len(unsaved) <= reasons.MAX_NAMED:
        return unsaved
    kept = unsaved[: reasons.MAX_NAMED - 1]
    return [*kept, f"and {len(unsaved) - len(kept)} more"]


class _Nowhere(io.TextIOBase):
    def write(self, text: str, /) -> int:
        return len(text)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Objects' own code may print, warn and change the depth of recursion: nobody sees it."""
    deepest = sys.getrecursionlimit()
    nowhere = _Nowhere()
    with warnings.catch_warnings(), contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        warnings.simplefilter("ignore")
        try:
            sys.setrecursionlimit(_DEEPEST)
            yield
        finally:
            sys.setrecursionlimit(deepest)
