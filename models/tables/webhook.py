"""webhooks: who is told when an orchestration ends, and each telling until it was heard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import NOW, Base, Big, BigId, Created, one_of


class Webhook(Base):
    """`secret_name` names the signing secret; the secret itself is in no row."""

    __tablename__ = "webhooks"

    id: Mapped[BigId]
    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.name"))
    url: Mapped[str]
    secret_name: Mapped[str]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[Created]


class WebhookDelivery(Base):
    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("state", ("pending", "delivered", "failed")),
        Index("ix_webhook_deliveries_due", "due_at", postgresql_where=text("state = 'pending'")),
    )

    webhook_id: Mapped[Big] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True)
    orchestration_id: Mapped[UUID] = mapped_column(
        ForeignKey("orchestrations.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(server_default=text("'pending'"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(server_default=NOW)
    last_error: Mapped[str | None]
    created_at: Mapped[Created]
