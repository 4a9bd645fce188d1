"""The journal of model replies: committed before anything parses them, read again by whoever claims after us."""

from sqlalchemy import Connection, text

from models.queries.locks import fence, lock_for
from models.text import clean, clean_or_none
from orchestration.errors import Fenced
from orchestration.records import Reply, StepClaim

_READ = """
SELECT raw, model, finish_reason, input_tokens, output_tokens, latency_s FROM model_calls
WHERE step_id = :step AND repair = :repair AND request_hash = :hash AND raw IS NOT NULL
"""
_WRITE = """
INSERT INTO model_calls (orchestration_id, step_id, plan_attempt, repair, request_hash, raw, failure, model,
                         finish_reason, input_tokens, output_tokens, latency_s)
VALUES (:orchestration, :step, :attempt, :repair, :hash, :raw, :failure, :model, :finish_reason, :input_tokens,
        :output_tokens, :latency_s)
ON CONFLICT (step_id, repair, request_hash) WHERE raw IS NOT NULL DO NOTHING
"""

MAX_FAILURE_CHARS = 2000


def read_reply(connection: Connection, claim: StepClaim, repair: int, request_hash: str) -> Reply | None:
    """The reply to this very request, if an earlier claim got one."""
    row = connection.execute(text(_READ), {"step": claim.step_id, "repair": repair, "hash": request_hash}).one_or_none()
    if row is None:
        return None
    return Reply(row.raw, row.model, row.finish_reason, row.input_tokens, row.output_tokens, row.latency_s)


def write_reply(connection: Connection, claim: StepClaim, repair: int, request_hash: str, reply: Reply) -> bool:
    """False if the claim was lost: the reply is dropped then, but what it cost is kept."""
    try:
        locked, step = lock_for(connection, claim)
    except Fenced:
        return False
    try:
        fence(locked, step, claim)
        raw, failure = clean(reply.raw), None
    except Fenced as fenced:
        raw, failure = None, f"came too late: {fenced}"
    connection.execute(
        text(_WRITE),
        {
            **_key(claim, repair, request_hash),
            "raw": raw,
            "failure": failure,
            "model": clean(reply.model),
            "finish_reason": clean_or_none(reply.finish_reason),
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
            "latency_s": reply.latency_s,
        },
    )
    return failure is None


def write_failure(
    connection: Connection, claim: StepClaim, repair: int, request_hash: str, what: str, only_ours: bool = False
) -> None:
    """One attempt to which the model gave no usable reply. Taken from anybody, as it changes no state, or from the
    holder of the step alone.
    """
    if only_ours:
        try:
            fence(*lock_for(connection, claim), claim)
        except Fenced:
            return
    connection.execute(
        text(_WRITE),
        {
            **_key(claim, repair, request_hash),
            "raw": None,
            "failure": clean(what[:MAX_FAILURE_CHARS]),
            "model": None,
            "finish_reason": None,
            "input_tokens": 0,
            "output_tokens": 0,
            "latency_s": 0.0,
        },
    )


def _key(claim: StepClaim, repair: int, request_hash: str) -> dict[str, object]:
    return {
        "orchestration": claim.orchestration_id,
        "step": claim.step_id,
        "attempt": claim.plan_attempt,
        "repair": repair,
        "hash": request_hash,
    }
