"""Profiles of inputs: which are still to be made, and keeping those that came back."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from models.profile import BadProfile, parse_profile, reason_of_failure
from orchestration.records import Input
from orchestration.states import ErrorKind

_KNOWN = """
SELECT profiles.blob, profiles.format FROM profiles
JOIN unnest(CAST(:blobs AS text[]), CAST(:formats AS text[])) AS asked (blob, format) USING (blob, format)
"""
_RESULTS = """
SELECT input.name, input.blob, input.format, result.is_success, result.stderr, result.error_kind, result.value_json
FROM repl_tasks task
JOIN repl_task_payloads payload ON payload.repl_task_id = task.id
JOIN repl_task_results result ON result.repl_task_id = task.id
JOIN inputs input ON input.orchestration_id = task.orchestration_id AND input.position = payload.input_position
WHERE task.orchestration_id = :orchestration AND task.step_id = :step
ORDER BY task.ordinal
"""
_KEEP = """
INSERT INTO profiles (blob, format, profile) VALUES (:blob, :format, CAST(:profile AS jsonb))
ON CONFLICT (blob, format) DO NOTHING
"""


def unknown_profiles(connection: Connection, inputs: Sequence[Input]) -> list[int]:
    """Positions of the inputs that no REPL has profiled yet, each content once."""
    asked = {"blobs": [item.blob for item in inputs], "formats": [item.format for item in inputs]}
    seen = {(row.blob, row.format) for row in connection.execute(text(_KNOWN), asked)}
    unknown = []
    for position, item in enumerate(inputs):
        if (item.blob, item.format) not in seen:
            seen.add((item.blob, item.format))
            unknown.append(position)
    return unknown


_REMEDIES: dict[str, str] = {
    ErrorKind.OUT_OF_MEMORY: "; give each REPL task more memory, or a smaller file",
    ErrorKind.TIMED_OUT: "; give a smaller file",
}


def keep_profiles(connection: Connection, orchestration_id: UUID, step_id: int) -> str | None:
    """Cache what the profile tasks of step 0 found. Returns which input could not be read and why, if one could not."""
    rows = connection.execute(text(_RESULTS), {"orchestration": orchestration_id, "step": step_id}).all()
    unreadable = None
    found = []
    for row in rows:
        try:
            if not row.is_success:
                raise BadProfile(reason_of_failure(row.stderr, row.error_kind))
            profile = parse_profile(row.value_json)
            found.append({"blob": row.blob, "format": row.format, "profile": json.dumps(profile)})
        except BadProfile as error:
            remedy = _REMEDIES.get(row.error_kind or "", "")
            unreadable = unreadable or f"input {row.name!r} cannot be read: {error}{remedy}"
    if found:
        # In one order everywhere: two orchestrations that profile the same files must not wait for each other.
        connection.execute(text(_KEEP), sorted(found, key=lambda row: (row["blob"], row["format"])))
    return unreadable
