"""schedules and their runs: which questions are asked again and again, and that each due time is taken once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Big, BigId, Created


class Schedule(Base):
    """`request` is the question to submit; `cron` is read in `timezone`."""

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("tenant", "name"),
        Index("ix_schedules_due", "due_at", postgresql_where=text("enabled")),
    )

    id: Mapped[BigId]
    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.name"))
    name: Mapped[str]
    cron: Mapped[str]
    timezone: Mapped[str] = mapped_column(server_default=text("'UTC'"))
    request: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    due_at: Mapped[datetime | None]
    created_at: Mapped[Created]


class ScheduleRun(Base):
    """The primary key makes a due time run once, however many beats there are."""

    __tablename__ = "schedule_runs"

    schedule_id: Mapped[Big] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    orchestration_id: Mapped[UUID | None] = mapped_column(ForeignKey("orchestrations.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
