"""Rows of the blob store, written after the file, and which results hold a blob."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, text

# The update also locks a row that it leaves alone: from here to our commit no collector takes the blob from us. One
# that is deleting it right now is waited for, and the row made anew.
_NOTE = """
INSERT INTO blobs (key, size)
SELECT key, size FROM unnest(CAST(:keys AS text[]), CAST(:sizes AS bigint[])) AS new (key, size) ORDER BY key
ON CONFLICT (key) DO UPDATE SET last_used_at = replwright_now()
WHERE blobs.last_used_at < replwright_now() - interval '1 minute'
"""
_USE = """
INSERT INTO blob_uses (blob, repl_task_id)
SELECT blob, task FROM unnest(CAST(:blobs AS text[]), CAST(:tasks AS bigint[])) AS used (blob, task)
ON CONFLICT DO NOTHING
"""
_KNOWN = "SELECT key FROM blobs WHERE key = ANY(CAST(:keys AS text[]))"


def note_blobs(connection: Connection, sizes: Mapping[str, int]) -> None:
    """`sizes` by content hash. In one order everywhere, so that two transactions cannot wait for each other.

    Whatever names a blob notes it first, in the same transaction.
    """
    if sizes:
        connection.execute(text(_NOTE), {"keys": list(sizes), "sizes": list(sizes.values())})


def use_blobs(connection: Connection, uses: Collection[tuple[str, int]]) -> None:
    """`uses` are (blob, REPL task) of artifacts."""
    if uses:
        blobs, tasks = zip(*uses, strict=True)
        connection.execute(text(_USE), {"blobs": list(blobs), "tasks": list(tasks)})


def known_blobs(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Those of the keys that have a row."""
    return frozenset(connection.execute(text(_KNOWN), {"keys": list(keys)}).scalars())
