"""processes: one row an incarnation of a worker or host; claims name it, and its heartbeat keeps them."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, NOW, Base, BigId, Created


class Process(Base):
    """`lost` says that the sweeper ended it because its heartbeat stopped."""

    __tablename__ = "processes"
    __table_args__ = (
        # Not on `seen_at`: a heartbeat must touch no index.
        Index("ix_processes_live", "id", postgresql_where=text("ended_at IS NULL")),
        {"postgresql_with": HOT},
    )

    id: Mapped[BigId]
    kind: Mapped[str]
    node: Mapped[str]
    pid: Mapped[int]
    release: Mapped[str]
    started_at: Mapped[Created]
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    ended_at: Mapped[datetime | None]
    lost: Mapped[bool] = mapped_column(server_default=text("false"))
