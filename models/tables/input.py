"""inputs: the data files of a question, by content; profiles: what was learnt of one, once, inside a REPL."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Big, Created


class Input(Base):
    __tablename__ = "inputs"
    __table_args__ = (
        UniqueConstraint("orchestration_id", "name"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_inputs_blob", "blob"),
    )

    orchestration_id: Mapped[UUID] = mapped_column(
        ForeignKey("orchestrations.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    blob: Mapped[str] = mapped_column(ForeignKey("blobs.key"))
    size: Mapped[Big]
    format: Mapped[str]


class Profile(Base):
    """Rows, columns and notes of a file, read as `format`. Untrusted text, validated when it landed."""

    __tablename__ = "profiles"

    blob: Mapped[str] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(primary_key=True)
    profile: Mapped[dict[str, Any]]
    created_at: Mapped[Created]
