"""named_repls: a REPL that is kept between tasks, its last committed state and the fence of its one writer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, NOW, Base, Big, BigId, Created, one_of
from orchestration.states import EngineName


class NamedRepl(Base):
    """It belongs to a session or, without one, to an orchestration.

    `version` is the fence under which the last state was committed, `snapshot_version` that of the last one which was
    small enough to be saved. `claim` is there while a library caller holds it; `saved_by` is the process of such a
    caller, where the state is not that of a task.
    """

    __tablename__ = "named_repls"
    __table_args__ = (
        one_of("state", ("empty", "saved", "too_big", "lost")),
        one_of("engine", EngineName),
        CheckConstraint("(session_id IS NULL) <> (orchestration_id IS NULL)", name="one_owner"),
        CheckConstraint("snapshot_version <= version AND version <= fence", name="versions"),
        CheckConstraint("state <> 'saved' OR snapshot IS NOT NULL", name="saved"),
        CheckConstraint("(state = 'lost') = (lost_reason IS NOT NULL)", name="lost_with_reason"),
        UniqueConstraint("session_id", "name"),
        UniqueConstraint("orchestration_id", "name"),
        Index("ix_named_repls_last_used_at", "last_used_at", postgresql_where=text("state <> 'empty'")),
        Index("ix_named_repls_snapshot", "snapshot", postgresql_where=text("snapshot IS NOT NULL")),
        {"postgresql_with": HOT},
    )

    id: Mapped[BigId]
    session_id: Mapped[Big | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    orchestration_id: Mapped[UUID | None] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"))
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'empty'"))
    fence: Mapped[Big] = mapped_column(server_default=text("0"))
    next_seq: Mapped[Big] = mapped_column(server_default=text("1"))
    snapshot: Mapped[str | None] = mapped_column(ForeignKey("blobs.key"))
    snapshot_version: Mapped[Big] = mapped_column(server_default=text("0"))
    process_id: Mapped[Big | None]
    created_at: Mapped[Created]
    last_used_at: Mapped[datetime] = mapped_column(server_default=NOW)
    version: Mapped[Big] = mapped_column(server_default=text("0"))
    engine: Mapped[str | None]
    unsaved: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    lost_reason: Mapped[str | None]
    saved_by: Mapped[Big | None]
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
