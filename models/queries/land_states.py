"""Land what tasks left of their named REPLs, in the transaction of their results."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.profile import reason_of_failure
from models.queries.keep_state import keep_state
from models.queries.replay import MAX_REPLAY, MAX_REPLAY_BYTES, can_replay
from orchestration.records import Landing, NamedRepl, SavedState
from orchestration.states import ErrorKind, StateKind

_WAITING = """
SELECT EXISTS (SELECT FROM repl_tasks WHERE named_repl_id = ANY(CAST(:repls AS bigint[])) AND state = 'pending')
"""


def land_states(connection: Connection, landings: Sequence[Landing]) -> bool:
    """For landings that were recorded just now. True if a task waits for one of these REPLs."""
    named = sorted(((item.task.named.id, item) for item in landings if item.task.named), key=lambda pair: pair[0])
    for _, item in named:
        assert item.task.named
        _land(connection, item.task.named, item)
    repls = [repl_id for repl_id, _ in named]
    return bool(repls) and bool(connection.execute(text(_WAITING), {"repls": repls}).scalar())


def _land(connection: Connection, repl: NamedRepl, item: Landing) -> None:
    reason = reason_of_failure(item.result.stderr, ErrorKind.STATE_LOST)
    keep_state(connection, repl.id, repl.fence, item.state, f"task {item.task.spawn.task_id!r}: {reason}")
    if item.state and item.state.kind is StateKind.TOO_BIG and not can_replay(connection, repl.id):
        why = (
            "it was too big to be saved, and what led to it too much to be run again"
            f" (at most {MAX_REPLAY} runs, with {MAX_REPLAY_BYTES} bytes of code and context)"
        )
        keep_state(connection, repl.id, repl.fence, SavedState(StateKind.LOST, item.state.engine), why)
