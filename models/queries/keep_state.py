"""Keep what a run left of its named REPL, under the fence that the run was claimed with."""

import json

from sqlalchemy import Connection, text

from models.text import clean
from orchestration.records import SavedState
from orchestration.states import StateKind

MAX_REASON_CHARS = 500
MAX_UNSAVED = 200

# A lost state stays lost: what came after it was never run on the state that its writer meant.
_MOVE = {
    StateKind.SAVED: """
        state = 'saved', version = fence, snapshot_version = fence, snapshot = :blob, engine = :engine,
        unsaved = CAST(:unsaved AS jsonb), saved_by = :saved_by""",
    StateKind.TOO_BIG: """
        state = 'too_big', version = fence, engine = :engine,
        unsaved = CAST(:unsaved AS jsonb), saved_by = :saved_by""",
    StateKind.LOST: "state = 'lost', lost_reason = :why",
}
_KEEP = """
UPDATE named_repls SET {move}, last_used_at = replwright_now()
WHERE id = :id AND fence = :fence AND state <> 'lost'
"""
_TOUCH = "UPDATE named_repls SET last_used_at = replwright_now() WHERE id = :id AND fence = :fence"

# What is left where a state is deleted: an empty REPL under a higher fence, so that no copy of before counts.
EMPTIED = """
state = 'empty', fence = fence + 1, version = 0, snapshot = NULL, snapshot_version = 0, engine = NULL, unsaved = '[]',
lost_reason = NULL, saved_by = NULL, claim = NULL, claimed_until = NULL
"""


def keep_state(
    connection: Connection, repl_id: int, fence: int, state: SavedState | None, why: str, saved_by: int | None = None
) -> None:
    """`why` is kept where the state was lost. `saved_by` is the process of a library caller, None for a task."""
    asked: dict[str, object] = {"id": repl_id, "fence": fence}
    if state is None or state.kind is StateKind.UNCHANGED:
        connection.execute(text(_TOUCH), asked)
        return
    if state.kind is StateKind.LOST:
        asked["why"] = clean(why[:MAX_REASON_CHARS])
    else:
        unsaved = [clean(line[:MAX_REASON_CHARS]) for line in state.unsaved[:MAX_UNSAVED]]
        asked |= {"engine": state.engine.value, "unsaved": json.dumps(unsaved), "saved_by": saved_by}
    if state.kind is StateKind.SAVED:
        asked["blob"] = state.blob
    connection.execute(text(_KEEP.format(move=_MOVE[state.kind])), asked)
