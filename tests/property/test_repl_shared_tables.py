"""Tables as people have them, through a template's file and back: equal to what the loader gave."""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from replwright.repl.guest import shared
from replwright.repl.guest.tables import Tables
from tests.property.corpus.topics import TOPICS
from tests.property.dirty_tables import DirtyTable, tables
from tests.support.tables import genes, orders, stations, write

_FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "xlsx")
_FRAMES = {topic.name: topic.frame for topic in TOPICS} | {"orders": orders(), "stations": stations(), "genes": genes()}


def _goes_through(path: Path) -> None:
    loaded: Any = Tables({"t": str(path)}, {"t": path.suffix[1:]})
    with tempfile.TemporaryFile() as file:
        loaded.store("t", file.fileno())
        back = shared.load(file.fileno())
    assert shared.same(back, loaded["t"])
    pd.testing.assert_frame_equal(back, loaded["t"])


@pytest.mark.parametrize("kind", _FORMATS)
@pytest.mark.parametrize("name", _FRAMES)
def test_a_table_of_every_topic_and_format_is_the_same(tmp_path: Path, name: str, kind: str) -> None:
    _goes_through(write(_FRAMES[name], tmp_path / f"t.{kind}"))


@settings(max_examples=50, deadline=None, print_blob=True)
@given(table=tables())
def test_a_dirty_table_is_the_same(table: DirtyTable) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _goes_through(write(table.frame, Path(folder, "t.csv")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_in_every_encoding_is_the_same(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("région;n;jour\nÉvry;1,5;2024-01-01\nKöln;;\n;2,25;x\n".encode(encoding))

    _goes_through(path)
