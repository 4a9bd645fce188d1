"""Accept a question: its row, its inputs and its first step, in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, text

from models.admission import request_hash
from models.queries.blobs import note_blobs
from models.queries.events import emit
from models.queries.hints import dispatch_hint, step_hint
from models.queries.insert_tasks import NewTask, insert_tasks
from models.queries.locks import Locked
from models.queries.profiles import unknown_profiles
from models.queries.quota import check_quotas
from models.queries.sessions import next_place, take_place
from models.rows import ROW_VERSION, check_known
from models.timing import Timing
from orchestration.errors import BadInput, Conflict
from orchestration.limits import TaskLimits
from orchestration.records import Hint, Input, NewOrchestration, Submitted
from orchestration.states import EventName, Status
from orchestration.tools import SpawnREPL, TaskType

PROFILE_TIMEOUT_S = 120.0
PROFILE_VALUE_BYTES = 1024**2

_TENANT = "SELECT EXISTS (SELECT FROM tenants WHERE name = :tenant)"
_INSERT = """
INSERT INTO orchestrations (id, tenant, idempotency_key, session_id, session_number, root_id, root_task_id,
                            schema_version, deadline_at)
VALUES (:id, :tenant, :key, :session, :number, :id, :root_task, :version,
        replwright_now() + make_interval(secs => :deadline_s))
ON CONFLICT DO NOTHING RETURNING id
"""
_SAME = """
SELECT orchestration.id, orchestration.schema_version, payload.request_hash
FROM orchestrations orchestration JOIN orchestration_payloads payload ON payload.orchestration_id = orchestration.id
WHERE orchestration.id = :id OR (orchestration.tenant = :tenant AND orchestration.idempotency_key = :key)
"""
_PAYLOAD = """
INSERT INTO orchestration_payloads (orchestration_id, request_hash, question, model, limits, given_plan, show_samples)
VALUES (:id, :hash, :question, :model, CAST(:limits AS jsonb), :plan, :samples)
"""
_INPUT = """
INSERT INTO inputs (orchestration_id, position, name, blob, size, format)
VALUES (:orchestration, :position, :name, :blob, :size, :format)
"""
_STEP = """
INSERT INTO steps (orchestration_id, ordinal, status, plan_attempt, nudge_at)
VALUES (:orchestration, :ordinal, :status, :attempt, replwright_now() + make_interval(secs => :nudge_s)) RETURNING id
"""


def submit(
    connection: Connection, orchestration_id: UUID, new: NewOrchestration, profile_code: str, timing: Timing
) -> Submitted:
    """`new` was checked. The id is made by the caller, so that a second run after an unknown commit finds its own."""
    if not connection.execute(text(_TENANT), {"tenant": new.tenant}).scalar():
        raise BadInput("tenant", f"there is no tenant {new.tenant!r}", "name one that exists")
    place = next_place(connection, new.tenant, new.session_id) if new.session_id is not None else None
    row = {
        "id": orchestration_id,
        "tenant": new.tenant,
        "key": new.idempotency_key,
        "session": place.session_id if place else None,
        "number": place.number if place else None,
        "root_task": new.root_task_id,
        "version": ROW_VERSION,
        "deadline_s": new.limits.deadline_s,
    }
    if connection.execute(text(_INSERT), row).scalar_one_or_none() is None:
        return _same(connection, orchestration_id, new)
    check_quotas(connection, new.tenant)
    if place:
        take_place(connection, place)
    connection.execute(
        text(_PAYLOAD),
        {
            "id": orchestration_id,
            "hash": request_hash(new),
            "question": new.question,
            "model": new.model,
            "limits": json.dumps(new.limits.as_dict()),
            "plan": new.given_plan,
            "samples": new.show_samples,
        },
    )
    locked = Locked(orchestration_id, Status.QUEUED, None, None, new.root_task_id)
    return Submitted(orchestration_id, True, _first_step(connection, locked, new, profile_code, timing))


def _same(connection: Connection, orchestration_id: UUID, new: NewOrchestration) -> Submitted:
    asked = {"id": orchestration_id, "tenant": new.tenant, "key": new.idempotency_key}
    found = connection.execute(text(_SAME), asked).one()
    check_known(found.id, found.schema_version)
    if found.request_hash != request_hash(new):
        raise Conflict(
            "idempotency_key",
            "was used before, with another question or other data",
            "take a new key for a new question",
        )
    return Submitted(found.id, created=found.id == orchestration_id)


def _first_step(
    connection: Connection, locked: Locked, new: NewOrchestration, profile_code: str, timing: Timing
) -> tuple[Hint, ...]:
    """Step 0 profiles the inputs that are not known yet; without such, step 1 is ready at once."""
    _store_inputs(connection, locked.id, new.inputs)
    unknown = unknown_profiles(connection, new.inputs) if new.inputs else []
    step = {
        "orchestration": locked.id,
        "ordinal": 0 if unknown else 1,
        "status": "waiting" if unknown else "ready",
        "attempt": 1 if unknown else 0,
        "nudge_s": timing.nudge_s,
    }
    step_id = connection.execute(text(_STEP), step).scalar_one()
    tasks = [_profile_task(new, position, profile_code) for position in unknown]
    insert_tasks(connection, locked.id, step_id, 1, "profile", tasks)
    emit(connection, locked.id, (EventName.SUBMITTED, {"inputs": [item.name for item in new.inputs]}))
    return (dispatch_hint(locked, None) if unknown else step_hint(locked, 1, None),)


def _store_inputs(connection: Connection, orchestration_id: UUID, inputs: Sequence[Input]) -> None:
    note_blobs(connection, {item.blob: item.size for item in inputs})
    if inputs:
        connection.execute(
            text(_INPUT),
            [
                {
                    "orchestration": orchestration_id,
                    "position": position,
                    "name": item.name,
                    "blob": item.blob,
                    "size": item.size,
                    "format": item.format,
                }
                for position, item in enumerate(inputs)
            ],
        )


def _profile_task(new: NewOrchestration, position: int, profile_code: str) -> NewTask:
    item = new.inputs[position]
    limits = TaskLimits(memory_bytes=new.limits.task_memory_bytes)
    return NewTask(
        SpawnREPL(
            task_id=f"profile_{position}",
            task_type=TaskType.ANALYZE,
            code_to_execute=profile_code,
            context_data=json.dumps({"input": item.name, "format": item.format}),
        ),
        replace(limits, timeout_s=PROFILE_TIMEOUT_S, value_bytes=PROFILE_VALUE_BYTES),
        input_position=position,
    )
