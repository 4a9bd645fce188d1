"""processes: one row an incarnation of a worker or host; claims name it, and its heartbeat keeps them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, NOW, Base, Big, BigId, Created


class Process(Base):
    """`lost` says that the sweeper ended it because its heartbeat stopped, or because it was seen to be gone.

    `machine` is a boot and a namespace of pids, `pid_started` the start of the pid in clock ticks: together with `pid`
    they name a process for good, so that its neighbours can see that it died. `problems` are what it complains of,
    `queues` those of the broker that it serves.
    """

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
    machine: Mapped[str | None]
    pid_started: Mapped[Big | None]
    problems: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    queues: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
