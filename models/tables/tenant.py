"""tenants, their keys and their quotas."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, Base, Big, BigId, Created


class Tenant(Base):
    """The tenant `default` is always there."""

    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[Created]


class Key(Base):
    """A key to the API: only its hash, and enough of its head to recognise it."""

    __tablename__ = "keys"
    __table_args__ = (UniqueConstraint("key_hash"), Index("ix_keys_tenant", "tenant"))

    id: Mapped[BigId]
    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.name", ondelete="CASCADE"))
    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[str]
    created_at: Mapped[Created]
    revoked_at: Mapped[datetime | None]


class Quota(Base):
    """What a tenant may do; NULL is without limit. Money in millionths of a US dollar."""

    __tablename__ = "quotas"

    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.name", ondelete="CASCADE"), primary_key=True)
    max_active: Mapped[int | None]
    max_repl_tasks_a_day: Mapped[Big | None]
    max_spend_a_day: Mapped[Big | None]


class QuotaUse(Base):
    """What a tenant did on one day (UTC)."""

    __tablename__ = "quota_uses"
    __table_args__ = ({"postgresql_with": HOT},)

    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.name", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    repl_tasks: Mapped[Big] = mapped_column(server_default=text("0"))
    spent: Mapped[Big] = mapped_column(server_default=text("0"))
