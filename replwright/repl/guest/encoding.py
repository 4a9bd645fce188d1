"""Which text encoding a file is in: by its mark, else the first that decodes all of it."""

import codecs
from pathlib import Path

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHUNK = 1 << 20
_HEAD = 4096


def of(path: str) -> str:
    """The name of the encoding. Raises ValueError for a file that is empty or not text."""
    with Path(path).open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise ValueError("the file is empty")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _utf16_without_mark(head)
    # latin-1 decodes anything: cp1252 has five holes that real files sometimes use.
    return next(name for name in ("utf-8", "cp1252", "latin-1") if _decodes(path, name))


def _utf16_without_mark(head: bytes) -> str:
    if head.startswith(b"PK\3\4"):
        raise ValueError("the file is a zip archive (an Excel workbook?), not text")
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > 0.3 * len(head) / 2 and min(even, odd) < 0.05 * len(head) / 2:
        return "utf-16-le" if odd > even else "utf-16-be"
    raise ValueError("the file is not text (it holds binary data)")


def _decodes(path: str, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with Path(path).open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
