"""The floor: the same two hops without any of ours. Celery plan, a row in Postgres, Celery resume, the row done."""

import os
from typing import Any

import psycopg
from celery import Celery

app = Celery("bare", broker=os.environ["BARE_BROKER_URL"])
app.conf.update(
    task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True
)
_connections: dict[str, Any] = {}


def connection() -> Any:
    """One connection, opened once, as a pool would give."""
    if "one" not in _connections:
        _connections["one"] = psycopg.connect(os.environ["BARE_DATABASE_URL"], autocommit=True)
    return _connections["one"]


@app.task(name="bare.plan")  # type: ignore[untyped-decorator]
def plan(job: int) -> None:
    connection().execute("UPDATE bare SET state = 'waiting' WHERE id = %s", (job,))
    app.send_task("bare.resume", args=[job], queue="bare")


@app.task(name="bare.resume")  # type: ignore[untyped-decorator]
def resume(job: int) -> None:
    connection().execute("UPDATE bare SET state = 'done' WHERE id = %s", (job,))
