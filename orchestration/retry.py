"""Which failure of a model call is tried again, and when. The attempts are counted by the ledger."""

MAX_RETRY_AFTER_S = 300.0
FIRST_DELAY_S = 1.0
MAX_DELAY_S = 30.0


def delay_s(tries: int, retry_after_s: float | None) -> float:
    """Seconds until the next attempt after `tries` failed ones: what the server asked for, else doubling."""
    if retry_after_s is not None and retry_after_s >= 0:
        return float(min(retry_after_s, MAX_RETRY_AFTER_S))
    return float(min(FIRST_DELAY_S * 2 ** max(0, tries - 1), MAX_DELAY_S))
