"""budgets and reservations: what a tree of orchestrations may spend on models, in millionths of a US dollar."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, Base, Big, BigId, Created, one_of


class Budget(Base):
    """One a root orchestration; its children draw on it."""

    __tablename__ = "budgets"
    __table_args__ = (
        CheckConstraint("cap >= 0 AND spent >= 0 AND reserved >= 0", name="amounts"),
        {"postgresql_with": HOT},
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"), primary_key=True)
    cap: Mapped[Big]
    spent: Mapped[Big] = mapped_column(server_default=text("0"))
    reserved: Mapped[Big] = mapped_column(server_default=text("0"))


class Reservation(Base):
    """Money held for one attempt, settled once."""

    __tablename__ = "reservations"
    __table_args__ = (
        one_of("state", ("held", "settled")),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_reservations_held", "process_id", postgresql_where=text("state = 'held'")),
        Index("ix_reservations_budget_id", "budget_id"),
    )

    id: Mapped[BigId]
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id", ondelete="CASCADE"))
    orchestration_id: Mapped[UUID] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"))
    step_id: Mapped[Big | None] = mapped_column(ForeignKey("steps.id", ondelete="CASCADE"))
    repl_task_id: Mapped[Big | None] = mapped_column(ForeignKey("repl_tasks.id", ondelete="CASCADE"))
    process_id: Mapped[Big]
    amount: Mapped[Big]
    settled: Mapped[Big | None]
    state: Mapped[str] = mapped_column(server_default=text("'held'"))
    created_at: Mapped[Created]
    settled_at: Mapped[datetime | None]
