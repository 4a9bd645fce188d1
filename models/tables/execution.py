"""executions: the log of what library callers ran. What orchestrations run stands in repl_tasks."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.tables.base import Base, Big, BigId, Created, one_of
from orchestration.states import EngineName, ErrorKind


class Execution(Base):
    """`code` is capped; `seconds` is how long it ran; `process_id` is the host's."""

    __tablename__ = "executions"
    __table_args__ = (
        one_of("engine", EngineName),
        one_of("error_kind", ErrorKind),
        Index("ix_executions_at", "at"),
    )

    id: Mapped[BigId]
    process_id: Mapped[Big]
    at: Mapped[Created]
    code: Mapped[str]
    session: Mapped[str | None]
    engine: Mapped[str]
    is_success: Mapped[bool]
    error_kind: Mapped[str | None]
    seconds: Mapped[float]
    actor_id: Mapped[str]
