"""What an error of Monty's is called, and its traceback as the cpython engine shows one."""

import traceback
from dataclasses import dataclass

from pydantic_monty import MontyError, MontyRuntimeError, MontySyntaxError

from orchestration.states import ErrorKind
from replwright.repl.guest import failure
from replwright.repl.host.rust.support import unsupported

_MAX_TRACEBACK = 8192
_NOT_YET = ("The monty syntax parser does not yet support ", "The monty parser does not yet support ")


@dataclass(frozen=True, slots=True)
class Failed:
    """An error kind and what to add to stderr. After `broken` the session is worth nothing."""

    kind: ErrorKind
    told: str
    broken: bool = False


def of_python(error: Exception) -> Failed:
    """A text that is no Python, told as the other engine tells it."""
    error.__traceback__ = None
    return Failed(ErrorKind.EXCEPTION, failure.tell(error))


def of_monty(error: MontyError, lines: tuple[str, ...], skipped: int) -> Failed:
    """An error that came out of the code, of which `skipped` lines were ours."""
    inner = error.exception()
    frames = error.traceback() if isinstance(error, (MontyRuntimeError, MontySyntaxError)) else []
    if isinstance(inner, TimeoutError) and not frames:
        return Failed(ErrorKind.TIMED_OUT, "", broken=True)
    if isinstance(inner, (NotImplementedError, SyntaxError)) and (what := _unsupported(str(inner))):
        line = frames[-1].line - skipped if frames else None
        return Failed(ErrorKind.EXCEPTION, unsupported(what, line) + "\n")
    shown = []
    for frame in frames[:200]:
        # The outermost frame is of what was fed now; functions of earlier runs stand in other texts.
        if frame.filename != frames[0].filename:
            shown.append((frame.line, frame.function_name, frame.source_line or ""))
        elif 0 < (line := frame.line - skipped) <= len(lines):
            shown.append((line, frame.function_name, lines[line - 1]))
    summary = traceback.StackSummary.from_list(
        [traceback.FrameSummary(failure.FILENAME, at, name or "<module>", line=text) for at, name, text in shown]
    )
    head = ["Traceback (most recent call last):\n", *summary.format()]
    return Failed(_kind(inner), _cut("".join([*head, *traceback.format_exception_only(inner)])))


def _kind(inner: BaseException) -> ErrorKind:
    if isinstance(inner, MemoryError):
        return ErrorKind.OUT_OF_MEMORY
    return ErrorKind.DENIED if isinstance(inner, PermissionError) else ErrorKind.EXCEPTION


def _unsupported(message: str) -> str | None:
    for start in _NOT_YET:
        if message.startswith(start):
            return message.removeprefix(start)
    return None


def _cut(text: str) -> str:
    if len(text) > _MAX_TRACEBACK:
        return f"{text[: _MAX_TRACEBACK // 2]}\n[...]\n{text[-_MAX_TRACEBACK // 2 :]}"
    return text
