"""sessions: a caller's id that outlives orchestrations, and the order of those in it."""

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, NOW, Base, Big, BigId, Created


class Session(Base):
    """`next_number` is the place of the next orchestration; one is active at a time."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("tenant", "name"), {"postgresql_with": HOT})

    id: Mapped[BigId]
    tenant: Mapped[str]
    name: Mapped[str]
    next_number: Mapped[Big] = mapped_column(server_default=text("1"))
    created_at: Mapped[Created]
    last_used_at: Mapped[Created] = mapped_column(server_default=NOW)
