"""model_calls: the journal of what was asked of a model and what it replied."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Big, BigId, Created


class ModelCall(Base):
    """A reply (`raw`), committed before anything parses it, or why there is none (`failure`)."""

    __tablename__ = "model_calls"
    __table_args__ = (
        CheckConstraint("(raw IS NULL) <> (failure IS NULL)", name="reply_or_failure"),
        Index(
            "uq_model_calls_reply",
            "step_id",
            "repair",
            "request_hash",
            unique=True,
            postgresql_where=text("raw IS NOT NULL"),
        ),
        Index("ix_model_calls_orchestration_id", "orchestration_id"),
    )

    id: Mapped[BigId]
    orchestration_id: Mapped[UUID] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"))
    step_id: Mapped[Big] = mapped_column(ForeignKey("steps.id", ondelete="CASCADE"))
    plan_attempt: Mapped[int]
    repair: Mapped[int]
    request_hash: Mapped[str]
    raw: Mapped[str | None]
    failure: Mapped[str | None]
    model: Mapped[str | None]
    finish_reason: Mapped[str | None]
    input_tokens: Mapped[Big] = mapped_column(server_default=text("0"))
    output_tokens: Mapped[Big] = mapped_column(server_default=text("0"))
    latency_s: Mapped[float] = mapped_column(server_default=text("0"))
    created_at: Mapped[Created]
