"""Which tables a job's code reads, told from its syntax tree."""

from pathlib import Path

import pytest

from orchestration.repl_job import InputFile, NamedState, ReplJob
from replwright.repl.host.table_reads import MIN_BYTES, names_read, shared_tables


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("inputs_df['a'].sum()", {"a"}),
        ("x = inputs_df['a']\ny = inputs_df[\"b\"]", {"a", "b"}),
        ("inputs_df.get('a', None)", {"a"}),
        ("def f():\n    return [inputs_df['a'] for _ in 'x']", {"a"}),
        ("print(1)", set()),
        ("inputs['a']", set()),
        ("'inputs_df'", set()),
        ("inputs_df[", set()),
        ("(" * 5000, set()),
        ("inputs_df[name]", None),
        ("inputs_df['a'], inputs_df[name]", None),
        ("for name in inputs_df: print(name)", None),
        ("f(inputs_df)", None),
        ("t = inputs_df\nt['a']", None),
        ("inputs_df.items()", None),
        ("inputs_df[f'a']", None),
        ("del inputs_df['a'], inputs_df", None),
    ],
)
def test_names_are_known_where_they_are_written_out(code: str, names: set[str] | None) -> None:
    assert names_read(code) == names


def _job(tmp_path: Path, code: str, group: str | None = "g", size: int = 2, named: NamedState | None = None) -> ReplJob:
    files = []
    for name, length in (("big", MIN_BYTES), ("large", MIN_BYTES + 1), ("small", MIN_BYTES - 1)):
        path = tmp_path / name
        path.write_bytes(bytes(length))
        files.append(InputFile(name, path, "csv"))
    return ReplJob(code, inputs=tuple(files), group=group, group_size=size, named=named)


def test_big_tables_that_the_code_reads_are_shared(tmp_path: Path) -> None:
    for code, names in (
        ("inputs_df['big'], inputs_df['small'], inputs_df['none']", ["big"]),
        ("list(inputs_df)", ["big", "large"]),
        ("inputs['big']", []),
    ):
        assert [one.name for one in shared_tables(_job(tmp_path, code))] == names


def test_a_job_without_others_shares_nothing(tmp_path: Path) -> None:
    code = "inputs_df['big']"

    assert shared_tables(_job(tmp_path, code, group=None)) == ()
    assert shared_tables(_job(tmp_path, code, size=1)) == ()
    assert shared_tables(_job(tmp_path, code, named=NamedState("k", 0, 1))) == ()
