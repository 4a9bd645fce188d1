"""named_repls: a REPL that is kept between tasks, its last committed snapshot and the fence of its one writer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, NOW, Base, Big, BigId, Created, one_of


class NamedRepl(Base):
    """It belongs to a session or, without one, to an orchestration."""

    __tablename__ = "named_repls"
    __table_args__ = (
        one_of("state", ("empty", "saved", "too_big", "lost")),
        CheckConstraint("(session_id IS NULL) <> (orchestration_id IS NULL)", name="one_owner"),
        UniqueConstraint("session_id", "name"),
        UniqueConstraint("orchestration_id", "name"),
        Index("ix_named_repls_last_used_at", "last_used_at"),
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
