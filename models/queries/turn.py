"""Read all that one turn of the model is decided from."""

from sqlalchemy import Connection, text

from models.queries.limits import limits_from
from models.queries.results import COLUMNS, result_from
from orchestration.errors import Fenced
from orchestration.records import Input, StepClaim, Turn
from orchestration.tools import InputProfile, Query

_HEAD = """
SELECT payload.question, payload.model, payload.limits, payload.given_plan, payload.show_samples, session.name,
       extract(epoch FROM orchestration.created_at) AS submitted,
       extract(epoch FROM orchestration.deadline_at - replwright_now()) AS seconds_left
FROM steps step
JOIN orchestrations orchestration ON orchestration.id = step.orchestration_id
JOIN orchestration_payloads payload ON payload.orchestration_id = orchestration.id
LEFT JOIN sessions session ON session.id = orchestration.session_id
WHERE step.id = :step AND step.plan_attempt = :attempt AND step.status = 'planning' AND orchestration.ended_at IS NULL
"""
_INPUTS = """
SELECT input.name, input.blob, input.size, input.format, profiles.profile
FROM inputs input LEFT JOIN profiles ON profiles.blob = input.blob AND profiles.format = input.format
WHERE input.orchestration_id = :orchestration ORDER BY input.position
"""
# Plan order, whatever order the results landed in; nothing of an attempt that was superseded.
_TASKS = f"""
SELECT task.task_id, task.state, payload.code, {COLUMNS}
FROM repl_tasks task
JOIN steps step ON step.id = task.step_id
JOIN repl_task_payloads payload ON payload.repl_task_id = task.id
LEFT JOIN repl_task_results result ON result.repl_task_id = task.id
WHERE task.orchestration_id = :orchestration AND task.kind = 'spawn' AND task.plan_attempt = step.plan_attempt
  AND task.state <> 'superseded' AND step.ordinal < :ordinal
ORDER BY step.ordinal, task.ordinal
"""  # noqa: S608
_MESSAGES = "SELECT text FROM messages WHERE orchestration_id = :orchestration ORDER BY id"


def read_turn(connection: Connection, claim: StepClaim) -> Turn:
    """Raises Fenced if the claim no longer holds."""
    head = connection.execute(text(_HEAD), {"step": claim.step_id, "attempt": claim.plan_attempt}).one_or_none()
    if head is None:
        raise Fenced(f"step {claim.ordinal} of {claim.orchestration_id} is not ours any more")
    of = {"orchestration": claim.orchestration_id}
    inputs = connection.execute(text(_INPUTS), of).all()
    tasks = connection.execute(text(_TASKS), {**of, "ordinal": claim.ordinal}).all()
    return Turn(
        claim=claim,
        query=Query(head.question, int(head.submitted)),
        model=head.model,
        limits=limits_from(head.limits),
        given_plan=head.given_plan,
        show_samples=head.show_samples,
        seconds_left=max(0.0, float(head.seconds_left)),
        spawned=len(tasks),
        inputs=tuple(Input(row.name, row.blob, row.size, row.format) for row in inputs),
        profiles=tuple(_profile(row.name, row.format, row.profile) for row in inputs if row.profile is not None),
        results=tuple(result_from(row, row.task_id) for row in tasks if row.state == "done"),
        used_task_ids=frozenset(row.task_id for row in tasks),
        failed_code=tuple(row.code for row in tasks if row.state == "done" and not row.is_success),
        messages=tuple(connection.execute(text(_MESSAGES), of).scalars()),
        session_id=head.name,
    )


def _profile(name: str, asked_format: str, found: dict[str, object]) -> InputProfile:
    rows, columns, notes = found["rows"], found["columns"], found["notes"]
    assert isinstance(rows, int)
    assert isinstance(columns, list)
    assert isinstance(notes, list)
    return InputProfile(name, str(found.get("format", asked_format)), rows, tuple(columns), tuple(notes))
