"""What `run`, `submit` and `exec` share: from a question and its options to an accepted orchestration."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from orchestration.errors import BadInput
from orchestration.limits import MAX_QUESTION_CHARS, Limits
from orchestration.records import NewOrchestration, Submitted
from replwright.cli.connect import Services
from replwright.inputs import check, store_inputs


def check_request(question: str, data: Sequence[Path]) -> None:
    """What can be refused before anything is started. Raises BadInput."""
    for path in data:
        check(path)
    if not question.strip():
        raise BadInput("question", "is empty", "ask something, in quotes")
    if len(question) > MAX_QUESTION_CHARS:
        raise BadInput("question", f"over {MAX_QUESTION_CHARS} characters", "pass long text as --data")


def submit_question(
    services: Services,
    question: str,
    data: Sequence[Path],
    *,
    model: str,
    given_plan: str | None = None,
    limits: Limits | None = None,
    session_id: str | None = None,
    idempotency_key: str | None = None,
    show_samples: bool = True,
) -> Submitted:
    """Store the inputs and the row, then send the first hint."""
    submitted = services.ledger.submit(
        NewOrchestration(
            question=question,
            model=model,
            inputs=store_inputs(data, services.blobs),
            limits=limits or Limits(),
            given_plan=given_plan,
            session_id=session_id,
            idempotency_key=idempotency_key,
            root_task_id=str(uuid.uuid4()),
            show_samples=show_samples,
        )
    )
    services.hints.send(submitted.hints)
    return submitted


def parse_id(text: str) -> uuid.UUID:
    """An orchestration's id from the command line."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadInput("id", f"{text[:60]!r} is no orchestration id", "see `replwright list`") from None
