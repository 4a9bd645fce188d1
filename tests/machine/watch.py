"""What must never go back, however a schedule goes on: fences, what is recorded, and jobs that ended."""

from typing import Any

from sqlalchemy import Engine, text

_FENCES = text("""
SELECT 'step ' || id AS what, plan_attempt AS fence, status = ANY('{landed,done}') AS fixed, status FROM steps
UNION ALL SELECT 'task ' || id, attempt, state = ANY('{done,superseded}'), state FROM repl_tasks
UNION ALL SELECT 'REPL ' || id, fence, false, '' FROM named_repls
UNION ALL
SELECT 'job ' || o.id, (SELECT max(seq) FROM events e WHERE e.orchestration_id = o.id), o.ended_at IS NOT NULL,
       concat_ws(' ', o.status, o.reason, o.ended_at, p.answer)
FROM orchestrations o JOIN orchestration_payloads p ON p.orchestration_id = o.id
""")
_OPEN = text("SELECT count(*) FROM orchestrations WHERE ended_at IS NULL")


class Watch:
    """Remembers what it saw last, and compares."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: dict[str, Any] = {}

    def look(self, opened: bool = False) -> None:
        """Raises AssertionError. `opened`: somebody asked that what had ended goes on."""
        with self._engine.connect() as connection:
            rows = {row.what: row for row in connection.execute(_FENCES)}
        for what, before in self._seen.items():
            now = rows.get(what)
            assert now is not None, f"{what} is gone"
            assert now.fence >= before.fence, f"{what} went back from {before.fence} to {now.fence}"
            assert opened or not before.fixed or now == before, f"{what} was over as {before}, and is {now}"
        self._seen = rows

    def open(self) -> int:
        """How many jobs have not ended."""
        with self._engine.connect() as connection:
            return int(connection.execute(_OPEN).scalar_one())
