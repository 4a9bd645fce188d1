"""What a person sees while a job runs: a line for each thing that happens, on standard error."""

import sys
import time
from collections.abc import Callable
from typing import Any

from orchestration.views import Event
from replwright.cli.text import one_line


class Progress:
    """Prints lines with the seconds since the start. Silent when `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._started = time.monotonic()

    def __call__(self, line: str) -> None:
        if not self._quiet:
            print(f"{time.monotonic() - self._started:6.1f} s  {one_line(line, 160)}", file=sys.stderr, flush=True)

    def event(self, event: Event) -> None:
        """One event of an orchestration, in words."""
        if line := describe(event):
            self(line)


def describe(event: Event) -> str | None:
    """An event as one line, or None for what only programs want to know."""
    words = _WORDS.get(event.name)
    return words(event.data) if words else None


def _accepted(data: dict[str, Any]) -> str:
    original = data.get("forked_from")
    return f"accepted: a fork of {original} from step {data.get('forked_step')}" if original else "accepted"


def _tasks(data: dict[str, Any]) -> str:
    ids = [str(each) for each in data.get("tasks", [])]
    shown = ", ".join(ids[:4]) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")
    return f"step {data.get('step')}: planned {len(ids)} REPL task{'s' * (len(ids) != 1)}: {shown}"


def _landed(data: dict[str, Any]) -> str:
    how = "done" if data.get("is_success") else f"failed ({data.get('error_kind')})"
    what = f"REPL task {data.get('task_id')}" if data.get("step") else "a look at an input, in a REPL"
    return f"{what}: {how} in {float(data.get('execution_time') or 0):.2f} s"


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "submitted": _accepted,
    "planning": lambda data: f"step {data.get('step')}: asking the model",
    "plan_rejected": lambda data: f"plan refused: {'; '.join(map(str, data.get('problems', [])))}",
    "planned": _tasks,
    "message": lambda data: f"model: {data.get('text')}",
    "task_returned": lambda data: f"REPL task {data.get('task_id')}: to be run again: {data.get('why')}",
    "task_landed": _landed,
    "released": lambda data: f"step {data.get('step')}: to be tried again: {data.get('why')}",
    "retried": lambda data: f"tried again from step {data.get('step')}, after {data.get('after')}",
    "ended": lambda data: f"ended: {data.get('reason')}",
}
