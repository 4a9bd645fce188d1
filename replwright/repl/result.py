"""What a guest says of its run, validated as hostile input: known fields, known kinds, capped and valid text."""

import json
import mimetypes
import re
from dataclasses import dataclass
from typing import Any

from orchestration.limits import TaskLimits
from orchestration.repl_job import OutputFile
from orchestration.states import ErrorKind
from replwright.repl.frames import ProtocolViolation

# A guest cannot know the other kinds: it is dead by then.
_KINDS_OF_A_GUEST = frozenset({ErrorKind.EXCEPTION, ErrorKind.DENIED, ErrorKind.OUT_OF_MEMORY, ErrorKind.OUTPUT_LIMIT})
_FIELDS = frozenset({"error_kind", "value", "value_json", "seconds"})
_UNSAFE_IN_A_NAME = re.compile(r"[^\w.\- ()+=,@]")
_MAX_NAME = 150
_MAX_FUNCTION = 100
_MAX_UNSAVED, _MAX_UNSAVED_CHARS = 60, 400
_A_YEAR_S = 366 * 24 * 3600
MAX_OUTPUT_FILES = 100


@dataclass(frozen=True, slots=True)
class Done:
    """The one result of a run, as far as the guest may be believed."""

    error_kind: ErrorKind | None
    value: str | None
    value_json: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the job's functions: JSON-like arguments, nothing of them checked but their form."""

    number: int
    name: str
    args: list[Any]
    kwargs: dict[str, Any]


def done_alone(message: dict[str, Any], limits: TaskLimits, *, restoring: bool = False) -> Done:
    """The result in a frame that holds nothing else. Raises ProtocolViolation."""
    if len(message) != 1:
        raise ProtocolViolation("a result with more beside it")
    return done(message["done"], limits, restoring=restoring)


def done(message: object, limits: TaskLimits, *, restoring: bool = False) -> Done:
    """Check the guest's report; `state_lost` is one only where a state was to be restored. Raises ProtocolViolation."""
    if not isinstance(message, dict) or set(message) != _FIELDS:
        raise ProtocolViolation("a result has other fields than a result has")
    return Done(
        error_kind=_kind(message["error_kind"], restoring),
        value=_text(message["value"], limits.value_bytes),
        value_json=_json(message["value_json"], limits.value_bytes),
        seconds=_seconds(message["seconds"], limits.timeout_s),
    )


def output(message: dict[str, Any], left: int) -> tuple[str, int]:
    """The safe name and the size of an announced file, at most `left` bytes. Raises ProtocolViolation."""
    name, size = message.get("output"), message.get("size")
    if set(message) != {"output", "size"} or not isinstance(name, str) or type(size) is not int:
        raise ProtocolViolation("a file is announced without its name and size")
    if not 0 <= size <= left:
        raise ProtocolViolation(f"a file of {size} bytes where {left} are left")
    return safe_name(name), size


def call(message: dict[str, Any], due: int) -> Call:
    """A call frame, which must bear the number `due`. Raises ProtocolViolation."""
    number, name, args, kwargs = (message.get(field) for field in ("call", "name", "args", "kwargs"))
    if set(message) != {"call", "name", "args", "kwargs"} or type(number) is not int or number != due:
        raise ProtocolViolation("a call without its number, name and arguments")
    if not isinstance(name, str) or len(name) > _MAX_FUNCTION:
        raise ProtocolViolation("a call of something without a name")
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise ProtocolViolation("a call with arguments of another kind")
    return Call(number, safe_text(name), args, kwargs)


def snapshot(message: dict[str, Any], limit: int) -> tuple[int | None, tuple[str, ...]]:
    """The size of an announced snapshot (None: it was too big) and what is not in it. Raises ProtocolViolation."""
    size, unsaved = message.get("snapshot"), message.get("unsaved")
    if set(message) != {"snapshot", "unsaved"} or (size is not None and type(size) is not int):
        raise ProtocolViolation("a snapshot is announced without its size")
    if size is not None and not 0 <= size <= limit:
        raise ProtocolViolation(f"a snapshot of {size} bytes where {limit} are allowed")
    if not isinstance(unsaved, list) or len(unsaved) > _MAX_UNSAVED:
        raise ProtocolViolation("a snapshot without a list of what is not in it")
    if not all(isinstance(one, str) and len(one) <= _MAX_UNSAVED_CHARS for one in unsaved):
        raise ProtocolViolation("a snapshot whose list of what is not in it holds something else")
    return size, tuple(" ".join(safe_text(one).split()) for one in unsaved)


def output_file(name: str, data: bytes) -> OutputFile:
    """The file with a media type by its name, for the guest's word on it is worth nothing."""
    return OutputFile(name, data, mimetypes.guess_type(name)[0] or "application/octet-stream")


def safe_name(name: str) -> str:
    """`name` with only letters, digits and quiet marks; a slash becomes `_`; never hidden, never empty."""
    return _UNSAFE_IN_A_NAME.sub("_", name)[-_MAX_NAME:].lstrip(". ").rstrip(" ") or "unnamed"


def safe_text(text: str) -> str:
    """`text` as Postgres and UTF-8 take it: no NUL, no lone surrogate."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def _kind(kind: object, restoring: bool) -> ErrorKind | None:
    if kind is None:
        return None
    known = _KINDS_OF_A_GUEST | {ErrorKind.STATE_LOST} if restoring else _KINDS_OF_A_GUEST
    if not isinstance(kind, str) or kind not in known:
        raise ProtocolViolation("a result has an unknown error kind")
    return ErrorKind(kind)


def _text(text: object, limit: int) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str) or len(text) > limit:
        raise ProtocolViolation("a value is no text within its limit")
    return safe_text(text)


def _json(text: object, limit: int) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str) or len(text) > limit:
        raise ProtocolViolation("a JSON value is no text within its limit")
    try:
        value = json.loads(text, parse_constant=_refuse)
        plain = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise ProtocolViolation("a JSON value is not JSON") from None
    # What JSON can say but Postgres cannot store travels as text only.
    return plain if safe_text(plain) == plain and "\\u0000" not in plain else None


def _refuse(name: str) -> object:
    raise ValueError(name)


def _seconds(seconds: object, limit: float) -> float:
    # `bool` is an `int` to Python; and an integer may be too large to be a float.
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= _A_YEAR_S:
        raise ProtocolViolation("a result has no running time")
    return min(float(seconds), limit)
