"""`orchestration.dispatch`: hand a batch of REPL tasks to the Ray pool, and end. Hosts claim the rows themselves."""

import logging

from orchestration.errors import ServiceMissing
from workers import wiring
from workers.app import app

log = logging.getLogger(__name__)


@app.task(name="orchestration.dispatch")  # type: ignore[untyped-decorator]
def dispatch(orchestration_id: str) -> str:
    try:
        wiring.pool().wake()
    except ServiceMissing as error:
        # The batch is in the table: hosts look there by themselves every second, and once they are back.
        log.warning("hosts not woken for %s: %s", orchestration_id, error)
        return f"not woken: {error.what}"
    return "hosts woken"
