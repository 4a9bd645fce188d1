"""What the schedules of one test share: a database, emptied for each, with a clock, whose connections are cut."""

import functools
import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, event, text

from models import ledger as ledger_module
from tests.support.database import Clock, connections

_KEPT = ("tenants", "alembic_version", "applied_migrations", "test_clock")
_TABLES = text("""
SELECT string_agg(format('DELETE FROM %I', tablename), '; ') FROM pg_tables
WHERE schemaname = 'public' AND tablename <> ALL(CAST(:kept AS text[]))
""")
_MOST_PREPARED = 1000


@dataclass(slots=True)
class Cut:
    """Cuts the connection at the next commit, if it is armed: `after` the server did it, or before."""

    commit: Callable[[Any], None]
    armed: bool = False
    after: bool = True
    commits: int = 0

    def __call__(self, connection: Any) -> None:
        self.commits += 1
        cut, self.armed = self.armed, False
        if not cut or self.after:
            self.commit(connection)
        if cut:
            raise psycopg.OperationalError("the connection is lost")


@dataclass(slots=True)
class Bench:
    """`engine` is the ledger's, whose commits are cut; `watching` is beside it, and commits by itself.

    `injected` counts the faults of all schedules by their kind.
    """

    engine: Engine
    watching: Engine
    clock: Clock
    cut: Cut
    schedules: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    _emptying: str = ""

    def empty(self) -> None:
        """Begin a schedule: every row goes, in one round trip, whatever refers to it."""
        with self.watching.connect() as connection:
            if not self._emptying:
                deletes = connection.execute(_TABLES, {"kept": list(_KEPT)}).scalar_one()
                self._emptying = f"BEGIN; SET LOCAL session_replication_role = replica; {deletes}; COMMIT"
            driver = cast(psycopg.Connection, connection.connection.driver_connection)
            driver.execute(self._emptying, prepare=False)
        self.schedules += 1


@contextmanager
def bench(url: str, clock: Clock) -> Iterator[Bench]:
    """Nothing of it is left to chance but what Hypothesis draws: ids are counted, and no retry sleeps."""
    with pytest.MonkeyPatch.context() as patch, connections(url, 4) as engine, connections(url, 2) as watching:
        for each in (engine, watching):
            event.listen(each, "connect", _prepare_all)
        cut = Cut(engine.dialect.do_commit)
        patch.setattr(engine.dialect, "do_commit", cut)
        _parse_once(patch)
        numbers = itertools.count(1)
        patch.setattr(ledger_module, "uuid4", lambda: UUID(int=next(numbers)))
        patch.setattr("models.transactions.time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None))
        yield Bench(engine, watching.execution_options(isolation_level="AUTOCOMMIT"), clock, cut)


def _parse_once(patch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy looks for parameters in each text anew; our texts are always the same ones."""
    known = functools.cache(text)
    for name, module in list(sys.modules.items()):
        if name.startswith("models.") and getattr(module, "text", None) is text:
            patch.setattr(module, "text", known)


def _prepare_all(connection: Any, _: object) -> None:
    """The same statements come ten thousand times: to plan each once is most of what can be saved."""
    connection.prepare_threshold, connection.prepared_max = 0, _MOST_PREPARED
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("SET jit = off")
    connection.execute("SET synchronous_commit = off")
    connection.commit()
