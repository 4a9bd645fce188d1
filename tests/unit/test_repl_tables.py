"""Tables as real files have them, read the way that `inputs_df` reads them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from replwright.repl.guest.tables import TableError, Tables


def _load(path: Path) -> Any:
    return Tables({"t": str(path)}, {"t": path.suffix[1:]})["t"]


def _csv(tmp_path: Path, content: str | bytes, kind: str = "csv") -> Any:
    path = tmp_path / f"t.{kind}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return _load(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["name", "n"], ["a, b", "1"], ["c", "2"]]
    quoted = [['"' + cell + '"' if "," in cell else cell for cell in row] for row in rows]
    frame = _csv(tmp_path, "\n".join(delimiter.join(row) for row in quoted))
    assert list(frame.columns) == ["name", "n"]
    assert frame["n"].tolist() == [1, 2]
    assert frame["name"].tolist() == ["a, b", "c"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    frame = _csv(tmp_path, "région,n\nÉvry,1\nKöln,2\n".encode(encoding))
    assert list(frame.columns) == ["région", "n"]
    assert frame["région"].tolist() == ["Évry", "Köln"]


def test_bytes_that_no_encoding_has_are_read_all_the_same(tmp_path: Path) -> None:
    assert len(_csv(tmp_path, b"a,b\n\x81\xe9,1\n")) == 1


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("region,price\nN,1\nS,2\n", ["region", "price"]),
        ("N,1\nS,2\nN,3\n", ["column_1", "column_2"]),
        ("1,2.5\n2,3.5\n", ["column_1", "column_2"]),
        ("region,2019,2020\nN,5,6\nS,7,8\n", ["region", "2019", "2020"]),
        ("2019,2020\n5.5,6\n7,8\n", ["2019", "2020"]),
        ("price\n1\n2\n", ["price"]),
        ("first,last\nAda,Lovelace\nAlan,Turing\n", ["first", "last"]),
        ("Sales 2024\n\nregion,price\nN,1\nS,2\n", ["region", "price"]),
        (" region , price \nN,1\n", ["region", "price"]),
        ("a,a\n1,2\n", ["a", "a.1"]),
        ("a,b\n", ["a", "b"]),
    ],
)
def test_the_header_is_found_or_columns_are_named_by_position(tmp_path: Path, text: str, columns: list[str]) -> None:
    assert list(_csv(tmp_path, text).columns) == columns


def test_decimal_commas_are_numbers_where_another_sign_delimits(tmp_path: Path) -> None:
    frame = _csv(tmp_path, "name;price\na;12,5\nb;1.250,75\nc;\n")
    assert frame["price"].tolist()[:2] == [12.5, 1250.75]
    assert _csv(tmp_path, "name;price\na;12.5\nb;3.25\n")["price"].tolist() == [12.5, 3.25]


def test_quoted_newlines_stay_in_their_cell(tmp_path: Path) -> None:
    frame = _csv(tmp_path, 'a,b\n"two\nlines",1\nx,2\n')
    assert frame["a"].tolist() == ["two\nlines", "x"]


@pytest.mark.filterwarnings("ignore:Skipping line")
def test_a_line_with_too_many_fields_is_left_out(tmp_path: Path) -> None:
    assert _csv(tmp_path, "a,b\n1,2\n1,2,3\n4,5\n")["a"].tolist() == [1, 4]


def test_a_tsv_without_tabs_is_read_as_csv(tmp_path: Path) -> None:
    assert list(_csv(tmp_path, "a,b\n1,2\n", "tsv").columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "columns", "rows"),
    [
        ([{"a": 1, "b": 2}, {"a": 3}], ["a", "b"], 2),
        ({"a": [1, 2], "b": [3, 4]}, ["a", "b"], 2),
        ({"count": 2, "items": [{"a": 1}, {"a": 2}]}, ["a"], 2),
        ([{"a": {"b": 1}}], ["a.b"], 1),
        ([[1, 2], [3, 4]], ["column_1", "column_2"], 2),
        ([1, 2, 3], ["value"], 3),
        ({"a": {"0": 1, "1": 2, "2": 3}}, ["a"], 3),
        ({"a": 1}, ["a"], 1),
    ],
)
def test_every_common_shape_of_json_is_a_table(tmp_path: Path, data: object, columns: list[str], rows: int) -> None:
    frame = _csv(tmp_path, json.dumps(data), "json")
    assert list(frame.columns) == columns
    assert len(frame) == rows


def test_json_lines_keep_odd_line_separators_inside_their_texts(tmp_path: Path) -> None:
    frame = _csv(tmp_path, '{"a": "x\u2028y"}\n\n{"a": "z"}\n', "jsonl")
    assert frame["a"].tolist() == ["x\u2028y", "z"]


def test_json_lines_under_the_name_of_json_are_read(tmp_path: Path) -> None:
    assert len(_csv(tmp_path, '{"a": 1}\n{"a": 2}\n', "json")) == 2


def test_an_excel_table_may_start_anywhere_on_a_later_sheet(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame().to_excel(writer, sheet_name="empty")
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_excel(
            writer, sheet_name="data", startrow=3, startcol=2, index=False
        )
    frame = _load(path)
    assert list(frame.columns) == ["a", "b"]
    assert frame["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("csv", b"", "the file is empty"),
        ("csv", b" \n\n", "the file is empty"),
        ("csv", bytes(range(256)) * 20, "not text"),
        ("csv", b"PK\3\4" + bytes(50), "zip archive"),
        ("json", b"{", "it is not JSON"),
        ("json", b"[]", "no records"),
        ("json", b"3", "a single value"),
        ("jsonl", b'{"a": 1}\n{"a"\n', "line 2 is not JSON"),
        ("parquet", b"", "the file is empty"),
        ("parquet", b"hello", "not a Parquet file"),
        ("parquet", b"PAR1 and then nothing", "cannot be read"),
        ("xlsx", b"hello", "not an Excel workbook"),
        ("xlsx", b"PK\3\4 and then nothing", "cannot be read"),
    ],
)
def test_what_is_no_table_is_named_in_one_line(tmp_path: Path, kind: str, content: bytes, said: str) -> None:
    with pytest.raises(TableError, match=f"input 't' \\({kind}\\) cannot be read: ") as caught:
        _csv(tmp_path, content, kind)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
