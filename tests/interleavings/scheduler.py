"""Runs two actors, each on a connection of its own, statement by statement in a chosen order.

An actor stops at a gate before each statement and each commit. The scheduler lets one go and waits until it stands at
its next gate, has ended, or waits for a lock that the other holds: PostgreSQL is asked which of the two, so that
nothing depends on time.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from tests.interleavings.steps import Step, commit, statement

Work = tuple[Callable[..., object], Any, Any]

# By the other: a vacuum may hold it up for a moment, too, and that is none of the orders to be tried.
_BLOCKED = text("SELECT pg_blocking_pids(:pid) && CAST(:others AS int[])")


class Actor:
    """A thread that works through an engine whose every statement passes the gate."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self.next: Step | None = None
        self.done = True
        self.failure: BaseException | None = None
        self.result: object = None
        self._changed = threading.Condition()
        self._go = False
        self._step = commit(frozenset(), frozenset())
        self._held = self._step
        self._thread: threading.Thread | None = None
        with engine.connect() as connection:
            self.pid: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        event.listen(engine, "before_cursor_execute", self._at_statement)
        event.listen(engine, "after_cursor_execute", self._after_statement)
        event.listen(engine, "commit", self._at_commit)
        event.listen(engine, "rollback", self._at_rollback)

    def start(self, work: Work) -> None:
        self.done, self.failure, self.result, self.next, self._go = False, None, None, None, False
        self._at_rollback()
        self._thread = threading.Thread(target=self._run, args=(work,), name=self.name)
        self._thread.start()

    def release(self) -> None:
        with self._changed:
            self.next, self._go = None, True
            self._changed.notify_all()

    def stands(self, seconds: float) -> bool:
        """Whether it is at a gate or has ended; waits at most so long for it."""
        with self._changed:
            return self._changed.wait_for(lambda: self.done or self.next is not None, seconds)

    def join(self) -> None:
        assert self._thread is not None
        self._thread.join()

    def _run(self, work: Work) -> None:
        deed, world, hand = work
        try:
            self.result = deed(world, hand)
        except BaseException as failure:
            self.failure = failure
        with self._changed:
            self.done = True
            self._changed.notify_all()

    def _gate(self, step: Step) -> None:
        with self._changed:
            self.next = step
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._go)
            self._go = False

    def _at_statement(self, _connection: Connection, _cursor: Any, sql: str, *_: Any) -> None:
        self._step = statement(sql)
        self._gate(self._step)

    def _after_statement(self, _connection: Connection, cursor: Any, *_: Any) -> None:
        # What touched no row is nothing that a commit could make known.
        if cursor.rowcount != 0:
            self._held = commit(self._held.writes | self._step.writes, self._held.locks | self._step.locks)

    def _at_commit(self, _connection: Connection) -> None:
        self._gate(self._held)
        self._at_rollback()

    def _at_rollback(self, *_: Any) -> None:
        self._held = commit(frozenset(), frozenset())


@dataclass(slots=True)
class Trace:
    """What was done, by whom, and which steps there were to choose from each time."""

    choices: list[dict[str, Step]] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(slots=True)
class Scheduler:
    """`watcher` is a third connection, which asks who waits for whom."""

    actors: Sequence[Actor]
    watcher: Connection

    def run(self, works: Sequence[Work], choose: Callable[[dict[str, Step]], str]) -> Trace:
        """Both works to their ends; `choose` picks among the actors that can go on."""
        trace = Trace()
        by_name = {actor.name: actor for actor in self.actors}
        for actor, work in zip(self.actors, works, strict=True):
            actor.start(work)
        while True:
            # An actor that waited for a lock may have got it by the other's last step.
            blocked = {actor.name for actor in self.actors if not self._settle(actor)}
            ready = {actor.name: actor.next for actor in self.actors if actor.name not in blocked and actor.next}
            if not ready:
                break
            name = choose(ready)
            trace.choices.append(ready)
            trace.chosen.append(name)
            trace.lines.append(f"{name}: {ready[name]}")
            by_name[name].release()
        for actor in self.actors:
            actor.join()
        return trace

    def _settle(self, actor: Actor) -> bool:
        """True once it stands or has ended, False if it waits for a lock that only the other can give up."""
        while not actor.stands(0.002):
            others = [other for other in self.actors if other is not actor and other.next]
            if others and self._waits(actor, others):
                return False
        return True

    def _waits(self, actor: Actor, others: Sequence[Actor]) -> bool:
        asked = {"pid": actor.pid, "others": [other.pid for other in others]}
        return bool(self.watcher.execute(_BLOCKED, asked).scalar())
