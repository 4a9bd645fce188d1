"""What makes two requests the same."""

import hashlib
import json
from dataclasses import asdict

from orchestration.records import Turn
from orchestration.tools import REPLState


def request_hash(turn: Turn, state: REPLState) -> str:
    """Lower-case hex SHA-256 of all that a reply depends on.

    The prompt's wording is left out on purpose: a new release must not ask again for a reply that was committed.
    """
    asked = {"model": turn.model, "query": asdict(turn.query), "state": asdict(state), "plan": turn.given_plan}
    # The host and the wall clock of a REPL do not make it another question.
    for result in asked["state"]["completed_results"]:
        result.pop("execution_time"), result.pop("actor_id")
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
