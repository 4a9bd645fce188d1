"""Follow an orchestration's events until it ends."""

import time
from uuid import UUID

from orchestration.ports import Ledger
from orchestration.records import OrchestrationView
from replwright.cli.progress import Progress

FIRST_POLL_S = 0.02
MAX_POLL_S = 0.5


def follow(ledger: Ledger, orchestration_id: UUID, progress: Progress) -> OrchestrationView:
    """Show every event as it comes; the orchestration once it has ended."""
    seen, pause = 0, FIRST_POLL_S
    while True:
        events = ledger.events(orchestration_id, after=seen)
        for event in events:
            progress.event(event)
            seen = event.seq
        if any(event.name == "ended" for event in events):
            return ledger.get(orchestration_id)
        pause = FIRST_POLL_S if events else min(pause * 1.3, MAX_POLL_S)
        time.sleep(pause)
