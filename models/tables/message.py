"""messages: progress that the model told the user, beside its plans."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Big, BigId, Created


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_orchestration_id", "orchestration_id"),)

    id: Mapped[BigId]
    orchestration_id: Mapped[UUID] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"))
    step_id: Mapped[Big] = mapped_column(ForeignKey("steps.id", ondelete="CASCADE"))
    text: Mapped[str]
    created_at: Mapped[Created]
