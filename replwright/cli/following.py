"""Follow an orchestration's events until it ends."""

import time
from uuid import UUID

from models.ledger import PostgresLedger
from orchestration.views import OrchestrationView
from replwright.cli.progress import Progress
from replwright.local.verdict import reasons

FIRST_POLL_S = 0.02
MAX_POLL_S = 0.5
# After so many silent seconds, say whether anybody is there to go on.
SILENCE_S = 15.0


def follow(ledger: PostgresLedger, orchestration_id: UUID, progress: Progress) -> OrchestrationView:
    """Show every event as it comes; the orchestration once it has ended."""
    seen, pause, quiet_until = 0, FIRST_POLL_S, time.monotonic() + SILENCE_S
    while True:
        events = ledger.events(orchestration_id, after=seen)
        for event in events:
            progress.event(event)
            seen = event.seq
        # One that was tried again ended before, and goes on.
        if events and events[-1].name == "ended" and (view := ledger.get(orchestration_id)).reason:
            return view
        if events:
            quiet_until = time.monotonic() + SILENCE_S
        elif time.monotonic() > quiet_until:
            quiet_until += SILENCE_S
            progress(f"still waiting: {why_waiting(ledger)}")
        pause = FIRST_POLL_S if events else min(pause * 1.3, MAX_POLL_S)
        time.sleep(pause)


def why_waiting(ledger: PostgresLedger) -> str:
    """Why nothing happens, from what the processes say: a service that is missing, or just the queue."""
    health = ledger.health()
    if missing := reasons(health):
        return "; and ".join(missing[:3])
    return f"{health.tasks_running} REPL tasks run and {health.tasks_pending} wait in all"
