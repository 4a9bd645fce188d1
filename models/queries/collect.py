"""Collect blobs: one batch of rows that were not used for long, each deleted unless something names it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from models.rows import ROW_VERSION

# A newer release may name blobs in ways that this one does not look at, so beside its rows nothing is deleted.
_NEWER = f"SELECT max(schema_version) > {ROW_VERSION} FROM orchestrations"  # noqa: S608
# The one transaction that waits for something else: a store far away, which deletes the files.
_PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = '10min'"
_BEFORE = "SELECT replwright_now() - make_interval(secs => greatest(0, :older_than_s))"
# A row that is named is used: it moves to the end of the queue, so that a batch never reads the same rows again.
_LOCK = """
SELECT key FROM blobs WHERE last_used_at <= :before
ORDER BY last_used_at LIMIT :most FOR UPDATE SKIP LOCKED
"""
# A statement of its own: only a snapshot that is younger than the locks shows all that names these blobs.
_NAMED = """
SELECT key FROM unnest(CAST(:keys AS text[])) AS old (key)
WHERE EXISTS (SELECT FROM inputs WHERE inputs.blob = old.key)
   OR EXISTS (SELECT FROM blob_uses WHERE blob_uses.blob = old.key)
   OR EXISTS (SELECT FROM named_repls WHERE named_repls.snapshot = old.key)
"""
_USED = "UPDATE blobs SET last_used_at = replwright_now() WHERE key = ANY(CAST(:keys AS text[]))"
# What was learnt of a file goes with it, or the cache would grow for ever; it is learnt again when the file returns.
_PROFILES = "DELETE FROM profiles WHERE blob = ANY(CAST(:keys AS text[]))"
_DELETE = "DELETE FROM blobs WHERE key = ANY(CAST(:keys AS text[]))"


@dataclass(frozen=True, slots=True)
class Batch:
    """How many rows were looked at, and how many of them were deleted."""

    seen: int
    deleted: int


def time_before(connection: Connection, older_than_s: float) -> datetime:
    """The moment so many seconds ago."""
    found: datetime = connection.execute(text(_BEFORE), {"older_than_s": older_than_s}).scalar_one()
    return found


def collect_batch(connection: Connection, before: datetime, limit: int, delete: Callable[[str], bool]) -> Batch:
    """Of the blobs that were last used before that moment.

    `delete` takes the file away while the row is locked; what it returns False for is kept, as is what is named.

    A second run after an unknown commit finds the rest: a file that is gone already is as good as deleted.
    """
    if connection.execute(text(_NEWER)).scalar():
        return Batch(0, 0)
    old = connection.execute(text(_LOCK), {"before": before, "most": limit}).scalars().all()
    if not old:
        return Batch(0, 0)
    connection.execute(text(_PATIENCE))
    named = set(connection.execute(text(_NAMED), {"keys": list(old)}).scalars())
    gone = [key for key in old if key not in named and delete(key)]
    kept = sorted(set(old).difference(gone))
    if kept:
        connection.execute(text(_USED), {"keys": kept})
    if gone:
        connection.execute(text(_PROFILES), {"keys": gone})
        connection.execute(text(_DELETE), {"keys": gone})
    return Batch(len(old), len(gone))
