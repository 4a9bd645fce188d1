"""What a scripted model's log says, in the checker's terms: which journaled request each of its requests was."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from models.checker import Ask, Violation, check
from tests.support.scripted_model import Request

_JOURNALED = """
SELECT payload.question, payload.orchestration_id AS id, call.request_hash,
       greatest(0, CAST(payload.limits ->> 'max_steps' AS numeric) - step.ordinal)::int AS steps_left
FROM model_calls call
JOIN steps step ON step.id = call.step_id
JOIN orchestration_payloads payload ON payload.orchestration_id = call.orchestration_id
WHERE payload.question = ANY(CAST(:questions AS text[]))
GROUP BY payload.question, payload.orchestration_id, steps_left, step.ordinal, call.repair, call.request_hash
ORDER BY payload.question, step.ordinal, call.repair, min(call.id)
"""


def asked_again(connection: Connection, requests: Sequence[Request]) -> list[Violation]:
    """What the checker finds in the model's log, of the orchestrations that these requests were for.

    The model does not see the journal's hash. Within one turn of one question both sides are in the same order,
    though: different requests follow from rejected replies, one after the other. A question that several
    orchestrations ask (a fork) is left out: the same request is another's, there.
    """
    rows = connection.execute(text(_JOURNALED), {"questions": sorted({each.question for each in requests})}).all()
    askers = Counter(question for question, _ in {(row.question, row.id) for row in rows})
    own = [row for row in rows if askers[row.question] == 1]
    covered = {row.id for row in own}
    return [found for found in check(connection, asks=_asks(own, requests)) if found.orchestration_id in covered]


def _asks(rows: Sequence[Any], requests: Sequence[Request]) -> list[Ask]:
    """The requests that the journal knows. One whose reply was lost before any row named it is asked anew, or never."""
    hashes: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    digests: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    for row in rows:
        hashes[row.question, row.steps_left][row.request_hash] = None
    for each in requests:
        digests[each.question, each.steps_left][each.digest] = None
    known = {
        (*turn, digest): request_hash
        for turn, seen in digests.items()
        for digest, request_hash in zip(seen, hashes.get(turn, {}), strict=False)
    }
    return [
        Ask(request_hash, datetime.fromtimestamp(each.at, UTC), each.results)
        for each in requests
        if (request_hash := known.get((each.question, each.steps_left, each.digest)))
    ]
