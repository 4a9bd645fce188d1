"""The model's log as the checker takes it: each request by the hash under which the ledger journals its reply."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from models.checker import Ask
from tests.reliability.soak.eyes import Eyes
from tests.reliability.soak.model import read_log

_CALLS = """
SELECT DISTINCT call.orchestration_id, step.ordinal, call.repair, call.request_hash
FROM model_calls call JOIN steps step ON step.id = call.step_id
"""


def asks_of(log: Path, eyes: Eyes, ids: dict[int, UUID]) -> tuple[list[Ask], list[str]]:
    """The requests, and what is wrong with them by themselves.

    Requests to which nothing was ever recorded have no hash, and cannot have been asked again: they are left out.
    """
    hashes: dict[tuple[UUID, int, int], str] = {}
    wrong = []
    for row in eyes.rows(_CALLS):
        key = (row.orchestration_id, row.ordinal, row.repair)
        if hashes.setdefault(key, row.request_hash) != row.request_hash:
            wrong.append(f"step {row.ordinal} of {row.orchestration_id} was asked with two different states")
    found = []
    for asked in read_log(log):
        number = ids.get(asked.job)
        if number is not None and (known := hashes.get((number, asked.turn, asked.repair))) is not None:
            found.append(Ask(known, datetime.fromtimestamp(asked.at, UTC), asked.saw))
    return found, wrong
