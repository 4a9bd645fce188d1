"""An input's profile, as a REPL that read hostile data reports it: capped, parsed, checked."""

import json
from typing import Any

from models.text import clean, clean_json

MAX_PROFILE_CHARS = 1024**2
MAX_COLUMNS = 5000
MAX_NOTES = 50
MAX_NOTE_CHARS = 500
MAX_REASON_CHARS = 500


class BadProfile(ValueError):
    """The profile is not of the shape that ours have."""


def parse_profile(value_json: str | None) -> dict[str, Any]:
    """{"rows", "columns", "notes"} and perhaps "format", as they are stored. Raises BadProfile."""
    if value_json is None or len(value_json) > MAX_PROFILE_CHARS:
        raise BadProfile("it gave no profile, or a very large one")
    try:
        found = json.loads(value_json, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadProfile("its profile is not JSON") from None
    if not isinstance(found, dict):
        raise BadProfile("its profile is not an object")
    rows, columns, notes = found.get("rows"), found.get("columns"), found.get("notes", [])
    if not isinstance(rows, int) or isinstance(rows, bool) or not 0 <= rows < 2**62:
        raise BadProfile("its profile has no count of rows")
    if not isinstance(columns, list) or len(columns) > MAX_COLUMNS or not all(isinstance(c, dict) for c in columns):
        raise BadProfile(f"its profile has no list of at most {MAX_COLUMNS} columns")
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise BadProfile("the notes of its profile are not a list of texts")
    profile = {"rows": rows, "columns": columns, "notes": [note[:MAX_NOTE_CHARS] for note in notes[:MAX_NOTES]]}
    if isinstance(found.get("format"), str):
        profile["format"] = found["format"][:20]
    try:
        return dict(clean_json(profile))
    except RecursionError:
        raise BadProfile("its profile is nested too deeply") from None


def reason_of_failure(stderr: str | None, error_kind: str | None) -> str:
    """One line that says why an input could not be read: the last of what the REPL wrote."""
    lines = [line.strip() for line in clean(stderr or "").splitlines() if line.strip()]
    return lines[-1][:MAX_REASON_CHARS] if lines else (error_kind or "it could not be read").replace("_", " ")


def _refuse(constant: str) -> None:
    raise ValueError(constant)
