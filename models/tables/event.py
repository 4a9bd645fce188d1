"""events: what happened to an orchestration, numbered from 1 without gaps under its lock."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, one_of
from orchestration.states import EventName


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (one_of("name", EventName),)

    orchestration_id: Mapped[UUID] = mapped_column(
        ForeignKey("orchestrations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[Created]
    data: Mapped[dict[str, Any]]
