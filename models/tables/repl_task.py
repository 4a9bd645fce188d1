"""repl_tasks: one row a SpawnREPL; the queue of the hosts. Code and result stand apart from the moving state."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import HOT, Base, Big, BigId, Created, one_of
from orchestration.states import EngineName, ErrorKind, StateKind, TaskState

_OPEN = text("state IN ('pending', 'running')")
# What is kept live alone never comes to the ledger.
_COMMITTED = [kind for kind in StateKind if kind is not StateKind.KEPT]
_NAMED = text("named_repl_id IS NOT NULL")
_OPEN_NAMED = text("state IN ('pending', 'running') AND named_repl_id IS NOT NULL")
_RUNNING_NAMED = text("state = 'running' AND named_repl_id IS NOT NULL")


class ReplTask(Base):
    """`attempt` is the fence: it only rises. `turn` is the place in the queue, fixed when the row is made, and `seq`
    the place among the tasks of one named REPL.
    """

    __tablename__ = "repl_tasks"
    __table_args__ = (
        one_of("state", TaskState),
        one_of("kind", ("spawn", "profile")),
        CheckConstraint("tries >= 0 AND losses >= 0", name="counts"),
        Index(
            "uq_repl_tasks_task_id",
            "orchestration_id",
            "kind",
            "task_id",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
        Index("ix_repl_tasks_open", "orchestration_id", "step_id", postgresql_where=_OPEN),
        Index("ix_repl_tasks_pending", "turn", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_repl_tasks_running", "process_id", postgresql_where=text("state = 'running'")),
        Index("uq_repl_tasks_named_seq", "named_repl_id", "seq", unique=True, postgresql_where=_NAMED),
        Index("ix_repl_tasks_named_open", "named_repl_id", "seq", postgresql_where=_OPEN_NAMED),
        # One writer: a claim that would break this finds no such task due, so it never waits here.
        Index("uq_repl_tasks_named_running", "named_repl_id", unique=True, postgresql_where=_RUNNING_NAMED),
        {"postgresql_with": HOT},
    )

    id: Mapped[BigId]
    orchestration_id: Mapped[UUID] = mapped_column(ForeignKey("orchestrations.id", ondelete="CASCADE"))
    step_id: Mapped[Big] = mapped_column(ForeignKey("steps.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    task_id: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default=text("'spawn'"))
    plan_attempt: Mapped[int]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    losses: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str] = mapped_column(server_default=text("'pending'"))
    turn: Mapped[Big]
    timeout_s: Mapped[float]
    named_repl_id: Mapped[Big | None] = mapped_column(ForeignKey("named_repls.id"))
    seq: Mapped[Big | None]
    process_id: Mapped[Big | None]
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None]
    landed_at: Mapped[datetime | None]


class ReplTaskPayload(Base):
    """What to run. `limits` are the fields of TaskLimits; `input_position` is the input that a profile reads."""

    __tablename__ = "repl_task_payloads"
    __table_args__ = (one_of("engine", EngineName),)

    repl_task_id: Mapped[Big] = mapped_column(ForeignKey("repl_tasks.id", ondelete="CASCADE"), primary_key=True)
    task_type: Mapped[str]
    code: Mapped[str]
    context_data: Mapped[str]
    timeout_seconds: Mapped[int | None]
    limits: Mapped[dict[str, Any]]
    input_position: Mapped[int | None]
    engine: Mapped[str] = mapped_column(server_default=text("'auto'"))


class ReplTaskResult(Base):
    """What a run left behind: the primary key is the promise that it is recorded once.

    `state_version` is the fence of the named REPL that it ran in, `state_kind` what became of that one's state.
    """

    __tablename__ = "repl_task_results"
    __table_args__ = (one_of("error_kind", ErrorKind), one_of("state_kind", _COMMITTED))

    repl_task_id: Mapped[Big] = mapped_column(ForeignKey("repl_tasks.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int]
    process_id: Mapped[Big | None]
    is_success: Mapped[bool]
    stdout: Mapped[str]
    stderr: Mapped[str | None]
    value: Mapped[str | None]
    value_json: Mapped[str | None]
    execution_time: Mapped[float]
    error_kind: Mapped[str | None]
    engine: Mapped[str]
    actor_id: Mapped[str | None]
    artifacts: Mapped[list[Any]]
    state_version: Mapped[Big | None]
    state_kind: Mapped[str | None]


class Stop(Base):
    """A running task that was taken from its host, who reads this at its next heartbeat and kills the REPL."""

    __tablename__ = "stops"

    process_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    repl_task_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[Created]
