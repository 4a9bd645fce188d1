"""blobs: what is in the blob store. The file comes first and this row after, so a row never dangles."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import NOW, Base, Big, Created


class Blob(Base):
    """`key` is the lower-case hex SHA-256 of the bytes."""

    __tablename__ = "blobs"
    __table_args__ = (Index("ix_blobs_last_used_at", "last_used_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[Big]
    created_at: Mapped[Created]
    last_used_at: Mapped[datetime] = mapped_column(server_default=NOW)


class BlobUse(Base):
    """A result's artifact. Inputs and snapshots name their blob in a column of their own."""

    __tablename__ = "blob_uses"
    __table_args__ = (Index("ix_blob_uses_repl_task_id", "repl_task_id"),)

    blob: Mapped[str] = mapped_column(ForeignKey("blobs.key"), primary_key=True)
    repl_task_id: Mapped[Big] = mapped_column(ForeignKey("repl_tasks.id", ondelete="CASCADE"), primary_key=True)
