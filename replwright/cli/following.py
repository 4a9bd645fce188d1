"""Follow an orchestration's events until it ends."""

import time
from uuid import UUID

from models.ledger import PostgresLedger
from orchestration.views import OrchestrationView
from replwright.cli.progress import Progress

FIRST_POLL_S = 0.02
MAX_POLL_S = 0.5
# After so many silent seconds, say whether anybody is there to go on.
SILENCE_S = 15.0
NEEDED = {"worker": "no worker serves", "host": "no REPL host serves"}


def follow(ledger: PostgresLedger, orchestration_id: UUID, progress: Progress) -> OrchestrationView:
    """Show every event as it comes; the orchestration once it has ended."""
    seen, pause, quiet_until = 0, FIRST_POLL_S, time.monotonic() + SILENCE_S
    while True:
        events = ledger.events(orchestration_id, after=seen)
        for event in events:
            progress.event(event)
            seen = event.seq
        if any(event.name == "ended" for event in events):
            return ledger.get(orchestration_id)
        if events:
            quiet_until = time.monotonic() + SILENCE_S
        elif time.monotonic() > quiet_until:
            quiet_until += SILENCE_S
            progress(f"still waiting: {_why(ledger)}")
        pause = FIRST_POLL_S if events else min(pause * 1.3, MAX_POLL_S)
        time.sleep(pause)


def _why(ledger: PostgresLedger) -> str:
    health = ledger.health()
    missing = [what for kind, what in NEEDED.items() if not health.processes.get(kind)]
    if missing:
        return f"{' and '.join(missing)}; `replwright doctor` says why"
    return f"{health.tasks_running} REPL tasks run and {health.tasks_pending} wait in all"
