"""What makes two requests the same."""

import hashlib
import json
from dataclasses import asdict, replace

from orchestration.records import Turn
from orchestration.tools import REPLState


def request_hash(turn: Turn, state: REPLState) -> str:
    """Lower-case hex SHA-256 of all that a reply depends on.

    The prompt's wording is left out on purpose: a new release must not ask again for a reply that was committed.
    """
    # The host and the wall clock of a REPL do not make it another question.
    results = tuple(replace(result, execution_time=0.0, actor_id=None) for result in state.completed_results)
    seen = asdict(replace(state, completed_results=results))
    asked = {"model": turn.model, "query": asdict(turn.query), "state": seen, "plan": turn.given_plan}
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
