"""steps: one row a turn of the model, and the lease on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, NOW, Base, Big, BigId, Created, one_of
from orchestration.states import StepStatus


class Step(Base):
    """Step 0 profiles inputs and has no model. `plan_attempt` is the fence: it only rises.

    `tries` counts claims (given back by a graceful release), `losses` processes that died with it. `due_at` is the
    earliest claim, `nudge_at` the next hint of the sweeper. `claim` tells a claimer whether an unknown commit was its.
    Model calls are numbered within the step; a retry that asks anew starts at `first_call`, past the replies of before.
    """

    __tablename__ = "steps"
    __table_args__ = (
        one_of("status", StepStatus),
        CheckConstraint("tries >= 0 AND losses >= 0", name="counts"),
        UniqueConstraint("orchestration_id", "ordinal"),
        Index("ix_steps_ready", "nudge_at", postgresql_where=text("status = 'ready'")),
        Index("ix_steps_planning", "process_id", postgresql_where=text("status = 'planning'")),
        Index("ix_steps_waiting", "nudge_at", postgresql_where=text("status = 'waiting'")),
        {"postgresql_with": HOT},
    )

    id: Mapped[BigId]
    orchestration_id: Mapped[UUID] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    status: Mapped[str] = mapped_column(server_default=text("'ready'"))
    plan_attempt: Mapped[int] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    losses: Mapped[int] = mapped_column(server_default=text("0"))
    # No foreign key: it would touch the row of a process, which beats every 2 s, at each claim.
    process_id: Mapped[Big | None]
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    due_at: Mapped[Created]
    nudge_at: Mapped[datetime] = mapped_column(server_default=NOW)
    nudges: Mapped[int] = mapped_column(server_default=text("0"))
    task_id: Mapped[str | None]
    parent_task_id: Mapped[str | None]
    created_at: Mapped[Created]
    first_call: Mapped[int] = mapped_column(server_default=text("0"))
