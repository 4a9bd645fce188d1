"""Fork: a new orchestration that goes on from a step of one that has ended, with copies of what came before it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.admission import fork_hash
from models.queries.copy_steps import copy_steps
from models.queries.events import emit
from models.queries.hints import step_hint
from models.queries.limits import limits_from
from models.queries.locks import Locked, lock_named
from models.queries.quota import check_quotas
from models.rows import ROW_VERSION, check_known
from models.timing import Timing
from orchestration.again import chosen_step
from orchestration.errors import BadInput, Conflict
from orchestration.limits import Limits
from orchestration.records import Fork, Submitted
from orchestration.states import EventName, Reason, Status

_SAME = """
SELECT orchestration.id, orchestration.schema_version, payload.request_hash
FROM orchestrations orchestration JOIN orchestration_payloads payload ON payload.orchestration_id = orchestration.id
WHERE orchestration.id = :id OR (orchestration.idempotency_key = :key
    AND orchestration.tenant = (SELECT tenant FROM orchestrations WHERE id = :original))
"""
_ORIGINAL = """
SELECT orchestration.tenant, orchestration.reason, payload.question, payload.model, payload.limits, payload.given_plan,
       (SELECT max(ordinal) FROM steps WHERE orchestration_id = :id) AS last,
       EXISTS (SELECT FROM repl_tasks task JOIN named_repls repl ON repl.id = task.named_repl_id
               WHERE task.orchestration_id = :id AND repl.session_id IS NOT NULL) AS in_session
FROM orchestrations orchestration JOIN orchestration_payloads payload ON payload.orchestration_id = orchestration.id
WHERE orchestration.id = :id
"""
_INSERT = """
INSERT INTO orchestrations (id, tenant, idempotency_key, root_id, root_task_id, schema_version, forked_from,
                            forked_step, deadline_at)
VALUES (:id, :tenant, :key, :id, :root_task, :version, :original, :step,
        replwright_now() + make_interval(secs => :deadline_s))
ON CONFLICT DO NOTHING RETURNING id
"""
_PAYLOAD = """
INSERT INTO orchestration_payloads (orchestration_id, request_hash, question, model, limits, given_plan, show_samples)
SELECT :id, :hash, :question, :model, CAST(:limits AS jsonb), :plan, show_samples
FROM orchestration_payloads WHERE orchestration_id = :original
"""
# The original names these blobs as long as its row is locked: no collector takes them from us.
_INPUTS = """
INSERT INTO inputs (orchestration_id, position, name, blob, size, format)
SELECT :id, position, name, blob, size, format FROM inputs WHERE orchestration_id = :original RETURNING name
"""
_STEP = """
INSERT INTO steps (orchestration_id, ordinal, status, nudge_at)
VALUES (:id, :step, 'ready', replwright_now() + make_interval(secs => :nudge_s))
"""


def fork(connection: Connection, number: UUID, original: UUID, asked: Fork, timing: Timing) -> Submitted:
    """`asked` was checked. The id is made by the caller, so that a second run after an unknown commit finds its own.

    Raises NotFound, NewerRow, BadInput, Conflict.
    """
    locked = lock_named(connection, original)
    if same := _same(connection, number, original, asked):
        return same
    head = connection.execute(text(_ORIGINAL), {"id": original}).one()
    step = chosen_step(asked.step, head.last or 0, Reason(head.reason) if head.reason else None, locked.status)
    if head.in_session:
        raise BadInput("id", "its named REPLs belong to its session", "submit the question in that session")
    limits = _limits(head.limits, asked, planned=head.given_plan is not None)
    row = {
        "id": number,
        "tenant": head.tenant,
        "key": asked.idempotency_key,
        "root_task": asked.root_task_id,
        "version": ROW_VERSION,
        "original": original,
        "step": step,
        "deadline_s": limits.deadline_s,
    }
    if connection.execute(text(_INSERT), row).scalar_one_or_none() is None:
        # Somebody submitted under this key just now.
        same = _same(connection, number, original, asked)
        assert same
        return same
    check_quotas(connection, head.tenant)
    _copy(connection, row, head, asked, limits)
    connection.execute(text(_STEP), {"id": number, "step": step, "nudge_s": timing.nudge_s})
    inputs = connection.execute(text(_INPUTS), {"id": number, "original": original}).scalars().all()
    told = {"inputs": list(inputs), "forked_from": str(original), "forked_step": step}
    emit(connection, number, (EventName.SUBMITTED, told))
    made = Locked(number, Status.QUEUED, None, None, asked.root_task_id)
    return Submitted(number, created=True, hints=(step_hint(made, step, None),))


def _same(connection: Connection, number: UUID, original: UUID, asked: Fork) -> Submitted | None:
    """What the key, or our own first run, made already. It counts even if the original goes on meanwhile."""
    values = {"id": number, "original": original, "key": asked.idempotency_key}
    found = connection.execute(text(_SAME), values).one_or_none()
    if found is None:
        return None
    check_known(found.id, found.schema_version)
    if found.request_hash != fork_hash(original, asked):
        raise Conflict("idempotency_key", "was used before, for something else", "take a new key for a new fork")
    return Submitted(found.id, created=found.id == number)


def _limits(row: Mapping[str, Any], asked: Fork, *, planned: bool) -> Limits:
    """The original's, with the new deadline. A model that takes the place of a given plan may repair its own."""
    limits = limits_from(row)
    if asked.deadline_s is not None:
        limits = replace(limits, deadline_s=asked.deadline_s)
    return replace(limits, max_repairs=Limits().max_repairs) if planned and asked.model is not None else limits


def _copy(connection: Connection, row: Mapping[str, Any], head: Row[Any], asked: Fork, limits: Limits) -> None:
    payload = {
        "id": row["id"],
        "original": row["original"],
        "hash": fork_hash(row["original"], asked),
        "question": head.question if asked.question is None else asked.question,
        "model": head.model if asked.model is None else asked.model,
        "limits": json.dumps(limits.as_dict()),
        "plan": head.given_plan if asked.model is None else None,
    }
    connection.execute(text(_PAYLOAD), payload)
    copy_steps(connection, row["original"], row["id"], row["step"])
