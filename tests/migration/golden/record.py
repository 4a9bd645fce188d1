"""Writes down every SQL statement that a release sends, with the types of its parameters: a plugin of pytest.

In a checkout of that release, with its own code before ours on the path:

    git clone . /tmp/old && cd /tmp/old && git checkout 32cc25b
    PYTHONPATH=/tmp/old:THIS_FOLDER RECORD_OF="revision 0002 (commit 32cc25b)" RECORD_TO=statements-0002.sql \
        python -m pytest -p record -q tests/integration/test_ledger_*.py tests/integration/test_checker*.py \
        tests/interleavings/test_named.py tests/interleavings/test_pairs.py

What stands in `models/` of the release counts; what its tests ask for themselves does not. Of statements that differ in
the number of their rows alone, the shortest is kept.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from sqlalchemy import Engine, event

_MODELS = str(Path.cwd() / "models")
_ROWS = re.compile(r"(\((?:[^()]|\([^()]*\))*\))(?:, (?:\((?:[^()]|\([^()]*\))*\)))+")
_found: dict[str, str] = {}


@event.listens_for(Engine, "before_cursor_execute")
def _note(
    _connection: Any, cursor: psycopg.Cursor[Any], statement: str, values: Any, _context: Any, many: bool
) -> None:
    if not _is_ours():
        return
    query = PostgresQuery(Transformer(cursor))
    query.convert(statement, (values[0] if many else values) or None)
    types = ", ".join(_name(cursor, oid) for oid in query.types or ())
    text = " ".join(query.query.decode().split())
    key = re.sub(r"\$\d+", "$", _ROWS.sub(r"\1", text))
    line = f"({types}) AS {text}"
    if key not in _found or len(line) < len(_found[key]):
        _found[key] = line


def _is_ours() -> bool:
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]
        file = frame.f_code.co_filename
        if "/alembic/" in file:
            return False
        if file.startswith(_MODELS):
            return not file.endswith("migrate.py")
    return False


def _name(cursor: psycopg.Cursor[Any], oid: int) -> str:
    info = cursor.adapters.types.get(oid) if oid else None
    if info is None:
        return "unknown"
    return info.regtype + ("[]" if oid == info.array_oid else "")


def pytest_sessionfinish() -> None:
    release = os.environ["RECORD_OF"]
    head = (
        f"-- All SQL that the release of {release} sends, with the types of its parameters.\n"
        "-- Made by record.py, which says how; never edited.\n"
    )
    lines = sorted(_found.values(), key=lambda line: line.split(" AS ", 1)[1])
    Path(os.environ["RECORD_TO"]).write_text(head + "".join(f"{line};\n" for line in lines))
