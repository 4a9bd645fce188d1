"""The times of the ledger, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """`dead_after_s`: without a heartbeat. `step_claim_s`, `task_grace_s`: how long a claim may last (a task's own
    timeout comes on top), for threads that hang while their process lives. `nudge_s` to `max_nudge_s`: until the
    sweeper hints again, doubling. `repl_claim_s`: how long a library caller may hold a named REPL.
    `repl_retention_s`: how long the state of a session's REPL is kept unused, and
    that of a failed job; `log_retention_s`: an execution's entry.
    """

    dead_after_s: float = 8.0
    step_claim_s: float = 900.0
    task_grace_s: float = 60.0
    nudge_s: float = 1.0
    max_nudge_s: float = 30.0
    stop_s: float = 60.0
    repl_claim_s: float = 3660.0
    repl_retention_s: float = 7 * 24 * 3600.0
    log_retention_s: float = 30 * 24 * 3600.0
