"""Rows of the blob store, written after the file."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_NOTE = """
INSERT INTO blobs (key, size)
SELECT key, size FROM unnest(CAST(:keys AS text[]), CAST(:sizes AS bigint[])) AS new (key, size) ORDER BY key
ON CONFLICT (key) DO NOTHING
"""


def note_blobs(connection: Connection, sizes: Mapping[str, int]) -> None:
    """`sizes` by content hash. In one order everywhere, so that two transactions cannot wait for each other."""
    if sizes:
        connection.execute(text(_NOTE), {"keys": list(sizes), "sizes": list(sizes.values())})
