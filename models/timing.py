"""The times of the ledger, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """`dead_after_s`: without a heartbeat. `step_claim_s`, `task_grace_s`: how long a claim may last (a task's own
    timeout comes on top), for threads that hang while their process lives. `nudge_s` to `max_nudge_s`: until the
    sweeper hints again, doubling.
    """

    dead_after_s: float = 8.0
    step_claim_s: float = 900.0
    task_grace_s: float = 60.0
    nudge_s: float = 1.0
    max_nudge_s: float = 30.0
    stop_s: float = 60.0
