"""`orchestration.plan`: the first turn of the model for a fresh orchestration."""

from typing import Any

from workers.advance import advance
from workers.app import app


@app.task(name="orchestration.plan", bind=True)  # type: ignore[untyped-decorator]
def plan(self: Any, orchestration_id: str) -> str:
    return advance(self.request, orchestration_id)
