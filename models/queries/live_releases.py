"""Which releases run just now: what has no live process of a release may stop caring for it."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.timing import Timing

# Where nobody sweeps, the rows of what was killed stay: its last heartbeat tells.
_LIVE = """
SELECT DISTINCT release FROM processes
WHERE ended_at IS NULL AND (CAST(:kinds AS text[]) IS NULL OR kind = ANY(CAST(:kinds AS text[])))
  AND seen_at >= replwright_now() - make_interval(secs => :dead_s)
"""


def live_releases(connection: Connection, kinds: Sequence[str] | None, timing: Timing) -> frozenset[str]:
    """The releases of the live processes of these kinds, or of all."""
    values = {"kinds": None if kinds is None else list(kinds), "dead_s": timing.dead_after_s}
    return frozenset(connection.execute(text(_LIVE), values).scalars())
