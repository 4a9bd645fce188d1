"""Data files of a question: checked, named and stored before the orchestration is."""

import re
from collections.abc import Sequence
from pathlib import Path

from orchestration.errors import BadInput
from orchestration.limits import MAX_INPUT_BYTES, MAX_INPUTS
from orchestration.ports import Blobs
from orchestration.records import Input

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
}
_MAGIC = {"parquet": b"PAR1", "xlsx": b"PK\x03\x04"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 64 * 1024


def store_inputs(paths: Sequence[Path], blobs: Blobs) -> tuple[Input, ...]:
    """Check every file first, then store them all. Raises BadInput that names the file; nothing is kept then."""
    if len(paths) > MAX_INPUTS:
        raise BadInput("--data", f"{len(paths)} files", f"give at most {MAX_INPUTS}")
    checked = [(name, path, *check(path)) for name, path in zip(names(paths), paths, strict=True)]
    return tuple(Input(name, blobs.put_file(path), size, format_) for name, path, size, format_ in checked)


def names(paths: Sequence[Path]) -> list[str]:
    """What each file is called inside a REPL: its stem; a second `prices` becomes `prices_2`."""
    taken: list[str] = []
    for path in paths:
        stem = re.sub(r"[^\w\-. ]", "_", path.stem).strip()[:80] or "input"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}_{count}"
        taken.append(name)
    return taken


def check(path: Path) -> tuple[int, str]:
    """(size in bytes, format). What only a full read can tell is found out later, inside a REPL."""
    field = f"--data {path}"
    format_ = FORMATS.get(path.suffix.lower())
    try:
        if path.is_dir():
            raise BadInput(field, "is a folder", "give a file")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise BadInput(field, "there is no such file", "check the path") from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise BadInput(field, f"cannot be read: {what}", "check its permissions") from None
    if format_ is None:
        raise BadInput(field, f"{path.suffix or 'no ending'} is no known format", f"give one of {' '.join(FORMATS)}")
    if not head.strip():
        raise BadInput(field, "the file is empty", "give a file with at least one row")
    if size > MAX_INPUT_BYTES:
        raise BadInput(field, f"{size} bytes, over the limit of {MAX_INPUT_BYTES}", "split it, or sample it")
    magic = _MAGIC.get(format_)
    if magic and not head.startswith(magic):
        raise BadInput(field, f"is not a {format_} file, whatever its name says", "check how it was written")
    if not magic and b"\0" in head and not head.startswith(_UTF16):
        raise BadInput(field, f"holds binary data, not {format_} text", "check how it was written")
    return size, format_
