"""The Blobs port over fsspec: content-addressed, the file first and the row after, with a cache a node.

store.py is the port; folder.py is a local folder of blobs, remote.py any other place, cache.py the node's copies.
"""

from replwright.blobs.store import BlobStore

__all__ = ["BlobStore"]
