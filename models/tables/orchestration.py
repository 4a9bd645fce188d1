"""orchestrations: one row a submitted question; what never changes, and what it ended with, stands apart."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, Base, Big, Created, one_of
from orchestration.states import Reason, Status


class Orchestration(Base):
    """The hot row, which is also the lock of everything that belongs to it. `status` mirrors its open step."""

    __tablename__ = "orchestrations"
    __table_args__ = (
        one_of("status", Status),
        one_of("reason", Reason),
        CheckConstraint("(forked_from IS NULL) = (forked_step IS NULL)", name="forked"),
        CheckConstraint("(ended_at IS NULL) = (reason IS NULL)", name="ended_with_reason"),
        CheckConstraint("(ended_at IS NULL) = (status IN ('queued', 'planning', 'waiting'))", name="ended_with_status"),
        UniqueConstraint("tenant", "idempotency_key"),
        UniqueConstraint("session_id", "session_number"),
        Index("ix_orchestrations_created_at", "created_at"),
        Index("ix_orchestrations_schema_version", "schema_version"),
        # `ended_at`, not `status`: it changes once, so that every other move of the row touches no index.
        Index("ix_orchestrations_open_deadline", "deadline_at", postgresql_where=text("ended_at IS NULL")),
        Index(
            "ix_orchestrations_open_session",
            "session_id",
            "session_number",
            postgresql_where=text("ended_at IS NULL AND session_id IS NOT NULL"),
        ),
        Index(
            "ix_orchestrations_open_tenant",
            "tenant",
            postgresql_where=text("ended_at IS NULL AND parent_id IS NULL"),
        ),
        Index("ix_orchestrations_parent_task_id", "parent_task_id", postgresql_where=text("parent_id IS NOT NULL")),
        {"postgresql_with": HOT},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.name"))
    idempotency_key: Mapped[str | None]
    session_id: Mapped[Big | None] = mapped_column(ForeignKey("sessions.id"))
    session_number: Mapped[Big | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("orchestrations.id"))
    parent_task_id: Mapped[Big | None]
    root_id: Mapped[UUID]
    depth: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[str] = mapped_column(server_default=text("'queued'"))
    reason: Mapped[str | None]
    root_task_id: Mapped[str | None]
    schema_version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Created]
    deadline_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    retries: Mapped[int] = mapped_column(server_default=text("0"))
    # No foreign key: a fork holds copies, and outlives what it came from.
    forked_from: Mapped[UUID | None]
    forked_step: Mapped[int | None]


class OrchestrationPayload(Base):
    """The question and, once it ended, the answer."""

    __tablename__ = "orchestration_payloads"

    orchestration_id: Mapped[UUID] = mapped_column(
        ForeignKey("orchestrations.id", ondelete="CASCADE"), primary_key=True
    )
    request_hash: Mapped[str]
    question: Mapped[str]
    model: Mapped[str]
    limits: Mapped[dict[str, Any]]
    given_plan: Mapped[str | None]
    show_samples: Mapped[bool]
    answer: Mapped[str | None]
    detail: Mapped[str | None]
