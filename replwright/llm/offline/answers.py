"""The answer, told from what the REPLs printed. No number here is computed; each is only written out."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from replwright.llm.offline.prompt import Result
from replwright.llm.offline.reading import Reading, echo

MAX_CELL_CHARS = 60


def answer(reading: Reading, task_ids: Sequence[str], results: Mapping[str, Result]) -> tuple[str, bool]:
    """The whole answer, and whether every task's output could be read; a task that failed or is missing is named."""
    blocks, notes, readable = list[str](), list[str](), True
    for task_id in task_ids:
        result = results.get(task_id)
        if result is None:
            blocks.append(f"{task_id}: no result, the job was cut short")
            continue
        if not result.is_success:
            blocks.append(_failure(result))
            continue
        heading = f"{task_id}:\n" if len(task_ids) > 1 and not reading.relative else ""
        try:
            found = json.loads(result.stdout)
            block, noted = _block(reading, found), _notes(found)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
            # Somebody else's output: what a REPL printed is taken for what it is.
            blocks.append(_failure(result))
            readable = False
            continue
        blocks.append(heading + block)
        notes += [note for note in noted if note not in notes]
    told = "\n\n".join(block for block in blocks if block)
    return f"{told}\n\nRead as: {'; '.join([_line(echo(reading)), *notes])}.", readable


def failed(reading: Reading, broken: Sequence[Result]) -> str:
    """When no task gave a result."""
    return "\n".join([*(_failure(result) for result in broken), f"\nRead as: {_line(echo(reading))}."])


def _failure(result: Result) -> str:
    if result.is_success:
        return f"{result.task_id}: its output cannot be read"
    last = next((line for line in reversed(result.stderr.splitlines()) if line.strip()), "")
    return f"{result.task_id}: failed ({_line(result.error_kind)}) {_line(last, 300)}".rstrip()


def _block(reading: Reading, found: Mapping[str, Any]) -> str:
    if "number" in found:
        reference = reading.relative.reference if reading.relative else "number"
        return f"{_line(str(reference))}: {number(found['number'])}"
    if "groups" in found:
        return _groups(reading, found)
    if "shares" in found:
        return _shares(found)
    if "cells" in found:
        return _cells(reading, found)
    if "quantiles" in found:
        lines = [f"{name}: {number(value)}" for name, value in found["quantiles"].items()]
        bins = [f"{number(low)} to {number(high)}: {number(count)}" for low, high, count in found.get("bins", [])]
        return "\n".join([*lines, *bins])
    if "coefficient" in found:
        value = found["coefficient"]
        told = "cannot be computed: one of the columns does not vary" if value is None else f"{value:.4f}"
        return f"correlation (Pearson): {told}, over {_rows(found.get('pairs'))}"
    raise ValueError("nothing that our code prints")


def _groups(reading: Reading, found: Mapping[str, Any]) -> str:
    lines = []
    names = [_line(str(measure)) for measure in reading.measures] or ["count of rows"]
    for group in found["groups"]:
        key = ", ".join(_label(part) for part in group["key"])
        used = [*group["used"], *[group["rows"]] * len(names)][: len(names)]
        values = [number(value) for value in group["values"]]
        if len(values) == 1:
            told = values[0] if key else f"{names[0]}: {values[0]}"
        else:
            told = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=False))
        if any(name != "count of rows" for name in names):
            told += f" ({_rows(used[-1])})" if len({*used}) == 1 else f" (over {', '.join(map(number, used))} rows)"
        lines.append((f"{key}: " if key else "") + told)
    if not lines:
        return "no rows match"
    shown = len(lines)
    if "difference" in found and shown > 1:
        pair = " minus ".join(", ".join(_label(part) for part in group["key"]) for group in found["groups"][:2])
        lines.append(f"difference: {number(found['difference'])} ({pair})")
    if "change" in found:
        lines.append(f"change from the first to the last: {number(found['change'])}")
    if not reading.top and (hidden := found.get("group_count", 0) - shown) > 0:
        lines.append(f"... and {number(hidden)} more groups")
    return "\n".join(lines)


def _shares(found: Mapping[str, Any]) -> str:
    lines = []
    for group in found["shares"]:
        key = ", ".join(_label(part) for part in group["key"])
        percent = "none" if group["percent"] is None else f"{group['percent']:.2f} %"
        lines.append((f"{key}: " if key else "") + f"{percent} ({number(group['hits'])} of {_rows(group['of'])})")
    if (hidden := found.get("group_count", 0) - len(lines)) > 0:
        lines.append(f"... and {number(hidden)} more groups")
    return "\n".join(lines) or "no rows match"


def _cells(reading: Reading, found: Mapping[str, Any]) -> str:
    if reading.measures:
        return _rows(found["matching"])
    head = [] if reading.top else [f"{_rows(found['matching'])} match"]
    rows = found["cells"]
    if not rows:
        return "no rows match"
    head += [" | ".join(_line(name) for name in found["columns"])]
    tail = [] if reading.top or len(rows) >= found["matching"] else [f"(the first {len(rows)} are shown)"]
    return "\n".join([*head, *(" | ".join(_line(cell) for cell in row) for row in rows), *tail])


def _notes(found: Mapping[str, Any]) -> list[str]:
    notes = []
    for name, counts in (found.get("left_out") or {}).items():
        shown = _line(name)
        if counts.get("missing"):
            notes.append(f"{_rows(counts['missing'])} without a {shown} left out")
        if counts.get("unreadable"):
            notes.append(f"{_rows(counts['unreadable'])} whose {shown} cannot be read left out")
    if found.get("without_group"):
        notes.append(f"{_rows(found['without_group'])} without a group left out")
    if found.get("period"):
        notes.append(f"dates cut {_line(found['period'])}")
    if found.get("tied"):
        notes.append(f"{number(found['tied'])} more tied with the last one shown")
    if found.get("duplicates"):
        notes.append(f"{_rows(found['duplicates'])} of the table repeating an earlier one counted too")
    return notes


def number(value: Any) -> str:
    """A number as people read it (commas from 10,000 on, two decimals, more for small ones); a date as it is."""
    if isinstance(value, str):
        return _line(value)
    if value is None or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "none"
    many = abs(value) >= 10_000
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}" if many else str(int(value))
    if abs(value) < 1:
        return f"{value:.4g}"
    return f"{value:,.2f}" if many else f"{value:.2f}"


def _rows(count: Any) -> str:
    return f"{number(count)} {'row' if count == 1 else 'rows'}"


def _label(part: Any) -> str:
    return number(part).replace(",", "") if isinstance(part, int | float) else _line(str(part))


def _line(text: str, limit: int = MAX_CELL_CHARS * 5) -> str:
    """Text of the table on one printable line."""
    shown = "".join(char if char.isprintable() else " " for char in str(text))
    return shown[:limit]
