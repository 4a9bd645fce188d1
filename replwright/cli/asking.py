"""What `run`, `submit` and `exec` share: from a question and its options to an accepted orchestration."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.errors import BadInput
from orchestration.limits import MAX_QUESTION_CHARS, Limits
from orchestration.records import NewOrchestration, Submitted
from replwright.cli.connect import Services
from replwright.inputs import check, store_inputs


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for, checked as far as it can be before anything is started or stored."""

    question: str
    model: str
    data: Sequence[Path] = ()
    given_plan: str | None = None
    limits: Limits = field(default_factory=Limits)
    show_samples: bool = True
    session_id: str | None = None
    idempotency_key: str | None = None

    def __post_init__(self) -> None:
        for path in self.data:
            check(path)
        if not self.question.strip():
            raise BadInput("question", "is empty", "ask something, in quotes")
        if len(self.question) > MAX_QUESTION_CHARS:
            raise BadInput("question", f"over {MAX_QUESTION_CHARS} characters", "pass long text as --data")


def limits_of(deadline_s: float, memory_mb: int, given_plan: str | None) -> Limits:
    """The limits that the options name. A plan that a person gave cannot be repaired by asking again."""
    return Limits(
        deadline_s=deadline_s,
        task_memory_bytes=memory_mb * 1024**2,
        max_repairs=Limits().max_repairs if given_plan is None else 0,
    )


def accept(services: Services, request: Request) -> Submitted:
    """Store the inputs and the row, then send the first hint."""
    submitted = services.ledger.submit(
        NewOrchestration(
            question=request.question,
            model=request.model,
            inputs=store_inputs(request.data, services.blobs),
            limits=request.limits,
            given_plan=request.given_plan,
            session_id=request.session_id,
            idempotency_key=request.idempotency_key,
            root_task_id=str(uuid.uuid4()),
            show_samples=request.show_samples,
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
