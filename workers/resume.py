"""`orchestration.resume`: the model's next turn, chained to the plan whose results have landed."""

from typing import Any

from workers.advance import advance
from workers.app import app


@app.task(name="orchestration.resume", bind=True)  # type: ignore[untyped-decorator]
def resume(self: Any, orchestration_id: str) -> str:
    return advance(self.request, orchestration_id)
