"""A library caller opens a session's named REPL, alone, and saves what its code left."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.blobs import note_blobs
from models.queries.host_claim import HELD
from models.queries.keep_state import keep_state
from models.queries.replay import REPL_COLUMNS, named_repl
from models.queries.sessions import next_place
from models.timing import Timing
from orchestration.records import NamedRepl, SavedState
from orchestration.states import StateKind

_OPEN = "SELECT EXISTS (SELECT FROM orchestrations WHERE session_id = :session AND ended_at IS NULL)"
_LOCK = """
INSERT INTO named_repls (session_id, name) VALUES (:session, :name)
ON CONFLICT (session_id, name) DO UPDATE SET last_used_at = replwright_now() RETURNING id
"""
_TAKE = f"""
UPDATE named_repls repl
SET fence = repl.fence + 1, process_id = :process, claim = :claim,
    claimed_until = replwright_now() + make_interval(secs => :claim_s)
WHERE repl.id = :id AND repl.claim IS DISTINCT FROM :claim AND NOT ({HELD})
"""  # noqa: S608
_OURS = f"SELECT {REPL_COLUMNS} FROM named_repls repl WHERE repl.id = :id AND repl.claim = :claim"  # noqa: S608
_HOLD = """
SELECT id FROM named_repls
WHERE id = :id AND fence = :fence AND process_id = :process AND session_id IS NOT NULL FOR NO KEY UPDATE
"""
_GIVE_BACK = "UPDATE named_repls SET claim = NULL, claimed_until = NULL WHERE id = :id AND fence = :fence"

_TOO_BIG = "a library call left it too big to be saved, and library calls are not run again"


def open_repl(
    connection: Connection, process_id: int, tenant: str, session: str, name: str, claim: UUID, timing: Timing
) -> NamedRepl | None:
    """Ours until it is saved; None while somebody else holds it, or an orchestration of the session is open.

    `claim` is made by the caller, so that a second run after an unknown commit finds its own.
    """
    place = next_place(connection, tenant, session)
    if connection.execute(text(_OPEN), {"session": place.session_id}).scalar():
        return None
    repl_id = connection.execute(text(_LOCK), {"session": place.session_id, "name": name}).scalar_one()
    ours = {"id": repl_id, "claim": claim}
    connection.execute(text(_TAKE), {**ours, "process": process_id, "claim_s": timing.repl_claim_s})
    row = connection.execute(text(_OURS), ours).one_or_none()
    return None if row is None else named_repl(connection, row)


def save_repl(connection: Connection, process_id: int, named: NamedRepl, state: SavedState) -> bool:
    """Keep the state and give the REPL back. False if it was taken from us: nothing is kept then.

    A second run after an unknown commit writes the same again: nobody took the REPL, or its fence had risen.
    """
    if state.kind is StateKind.SAVED and state.blob:
        note_blobs(connection, {state.blob: state.size})
    ours = {"id": named.id, "fence": named.fence}
    if connection.execute(text(_HOLD), {**ours, "process": process_id}).one_or_none() is None:
        return False
    if state.kind is StateKind.TOO_BIG:
        state = SavedState(StateKind.LOST, state.engine)
    why = _TOO_BIG if state.kind is StateKind.LOST else ""
    keep_state(connection, named.id, named.fence, state, why, saved_by=process_id)
    connection.execute(text(_GIVE_BACK), ours)
    return True
