"""What REPL code finds and leaves behind: the guest's contract, through a real engine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from orchestration.repl_job import EarlierResult
from orchestration.states import ErrorKind
from tests.support.sandbox import Sandbox, open_folder


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_folder() as folder, Sandbox(folder) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("code", "value", "value_json"),
    [
        ("1 + 1", "2", "2"),
        ("x = 3", None, None),
        ("None", None, None),
        ("'text'", "'text'", '"text"'),
        ("import numpy as np\nnp.float64(1.5)", "np.float64(1.5)", "1.5"),
        ("import numpy as np\n{'a': np.int64(3), 'b': (1, True, None)}", None, '{"a": 3, "b": [1, true, null]}'),
        ("float('nan')", "nan", None),
        ("{2019: 5}", "{2019: 5}", None),
        ("{1, 2}", "{1, 2}", None),
        ("import pandas as pd\npd.Series([1, 2]).sum()", "np.int64(3)", "3"),
        ("import pandas as pd\npd.DataFrame({'a': [1]})", "   a\n0  1", None),
        ("import datetime\ndatetime.date(2024, 1, 2)", "datetime.date(2024, 1, 2)", None),
        ("for i in range(3):\n    i", None, None),
        ("def f():\n    return 7\nf()", "7", "7"),
    ],
)
def test_the_last_expressions_value_is_kept_as_a_repl_shows_it(
    sandbox: Sandbox, code: str, value: str | None, value_json: str | None
) -> None:
    outcome = sandbox.run(code)
    assert outcome.is_success
    assert outcome.value_json == value_json
    if value is not None or value_json is None:
        assert outcome.value == value


def test_a_long_value_is_cut_and_no_longer_json(sandbox: Sandbox) -> None:
    outcome = sandbox.run("'x' * 5000", value_bytes=1000)
    assert outcome.is_success
    assert outcome.value is not None
    assert len(outcome.value) <= 1000
    assert "bytes cut ...]" in outcome.value
    assert outcome.value_json is None


def test_the_context_is_parsed(sandbox: Sandbox) -> None:
    outcome = sandbox.run("context['limit'] * 2, context['names'][0]", context={"limit": 21, "names": ["é", None]})
    assert outcome.value_json == '[42, "é"]'


def test_a_context_of_ten_megabytes_arrives_whole(sandbox: Sandbox) -> None:
    assert sandbox.run("len(context)", context="x" * 10_000_000).value == "10000000"


def test_every_format_becomes_the_same_table(sandbox: Sandbox, tmp_path: Path) -> None:
    # given
    frame = pd.DataFrame({"region": ["N", "S", "N"], "price": [1.5, 2.0, 4.0]})
    paths = {kind: tmp_path / f"prices.{kind}" for kind in ("csv", "tsv", "json", "jsonl", "parquet", "xlsx")}
    frame.to_csv(paths["csv"], index=False)
    frame.to_csv(paths["tsv"], index=False, sep="\t")
    frame.to_json(paths["json"], orient="records")
    frame.to_json(paths["jsonl"], orient="records", lines=True)
    frame.to_parquet(paths["parquet"])
    frame.to_excel(paths["xlsx"], index=False)
    code = "d = inputs_df['prices']\n[list(d.columns), d.groupby('region').price.sum().to_dict(), len(d)]"
    # when
    values = {kind: sandbox.run(code, inputs=[path]).value_json for kind, path in paths.items()}
    # then
    expected = [["region", "price"], {"N": 5.5, "S": 2.0}, 3]
    assert {kind: json.loads(value or "null") for kind, value in values.items()} == dict.fromkeys(paths, expected)


def test_big_files_and_every_reader_work_inside(sandbox: Sandbox, tmp_path: Path) -> None:
    # given 20 MB of CSV and the same as Parquet
    rows = 400_000
    frame = pd.DataFrame({"n": range(rows), "text": [f"a text of some length, number {n}" for n in range(rows)]})
    frame.to_csv(tmp_path / "big.csv", index=False)
    frame.to_parquet(tmp_path / "table.parquet")
    assert (tmp_path / "big.csv").stat().st_size > 17_000_000
    code = """
import pandas as pd, pyarrow.csv, pyarrow.parquet as pq
[len(pd.read_csv(inputs["big"])), len(pd.read_csv(inputs["big"], engine="pyarrow")), len(inputs_df["big"]),
 pyarrow.csv.read_csv(inputs["big"]).num_rows, pq.read_table(inputs["table"]).num_rows,
 len(pd.read_parquet(inputs["table"]))]
"""
    # when
    outcome = sandbox.run(code, inputs=[tmp_path / "big.csv", tmp_path / "table.parquet"])
    # then
    assert outcome.value_json == json.dumps([rows] * 6), outcome


def test_inputs_are_read_only_and_the_original_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "prices.csv"
    source.write_text("a\n1\n")
    outcome = sandbox.run("open(inputs['prices'], 'w')", inputs=[source])
    assert outcome.error_kind is ErrorKind.DENIED
    assert source.read_text() == "a\n1\n"


def test_an_unknown_input_names_those_that_are_there(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("a\n1\n")
    outcome = sandbox.run("inputs_df['price']", inputs=[tmp_path / "prices.csv"])
    assert "there is no input named 'price'; there are: prices" in (outcome.stderr or "")


def test_a_table_that_cannot_be_read_ends_in_one_clear_line(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "prices.parquet").write_bytes(b"no parquet")
    outcome = sandbox.run("inputs_df['prices']", inputs=[tmp_path / "prices.parquet"])
    last = (outcome.stderr or "").strip().splitlines()[-1]
    assert last == "TableError: input 'prices' (parquet) cannot be read: it is not a Parquet file"


def test_earlier_results_are_there_typed_and_with_their_files(sandbox: Sandbox, tmp_path: Path) -> None:
    # given
    artifact = tmp_path / "blob"
    artifact.write_text("kept")
    results = [
        EarlierResult("mean", "printed\n", "np.float64(2.5)", "2.5", (("note.txt", artifact),)),
        EarlierResult("frame", "", "   a\n0  1", None),
    ]
    code = "r = results['mean']\n[r.value + 1, r.stdout, open(r.artifacts['note.txt']).read(), results['frame'].value]"
    # when
    outcome = sandbox.run(code, results=results)
    # then
    assert json.loads(outcome.value_json or "null") == [3.5, "printed\n", "kept", "   a\n0  1"]


def test_files_in_outputs_and_every_figure_become_artifacts(sandbox: Sandbox) -> None:
    code = """
import matplotlib.pyplot as plt
open("outputs/table.csv", "w").write("a\\n1\\n")
open("kept to itself", "w").write("x")
plt.plot([1, 2]); plt.figure(); plt.hist([1, 1, 2]); plt.show()
"""
    outcome = sandbox.run(code)
    assert outcome.is_success
    assert outcome.stderr is None
    found = {one.name: (one.media_type, one.data[:4]) for one in outcome.outputs}
    png = ("image/png", b"\x89PNG")
    assert found == {"table.csv": ("text/csv", b"a\n1\n"), "figure_1.png": png, "figure_2.png": png}


def test_outputs_over_their_size_are_left_out_and_named(sandbox: Sandbox) -> None:
    code = "open('outputs/big', 'wb').write(bytes(2000))\nopen('outputs/small', 'wb').write(bytes(10))\nNone"
    outcome = sandbox.run(code, artifact_bytes=1000)
    assert [one.name for one in outcome.outputs] == ["small"]
    assert "left out: big (2000 bytes)" in (outcome.stderr or "")


def test_a_link_in_outputs_is_not_followed(sandbox: Sandbox) -> None:
    code = "import statistics\nos = statistics.sys.modules['os']\nos.symlink('/etc/passwd', 'outputs/link')"
    assert sandbox.run(code).outputs == ()


def test_a_traceback_shows_the_codes_own_lines_alone(sandbox: Sandbox) -> None:
    outcome = sandbox.run("import pandas as pd\nd = pd.DataFrame({'a': [1]})\nd['missing']")
    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert (outcome.stderr or "").splitlines()[:3] == [
        "Traceback (most recent call last):",
        '  File "<repl>", line 3, in <module>',
        "    d['missing']",
    ]
    assert "site-packages" not in (outcome.stderr or "")
    assert (outcome.stderr or "").endswith("KeyError: 'missing'\n")


def test_code_that_does_not_parse_says_where(sandbox: Sandbox) -> None:
    outcome = sandbox.run("x = (1,\nprint(")
    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert 'File "<repl>", line' in (outcome.stderr or "")
    assert "SyntaxError" in (outcome.stderr or "")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("import os", "NotAvailable: module 'os' is not available in a REPL; installed packages: pandas, numpy"),
        ("import polars.io", "NotAvailable: module 'polars' is not available in a REPL"),
        ("eval('1')", "PermissionError: eval() is off in a REPL: write the expression itself"),
        ("input()", "PermissionError: input() is off in a REPL: nobody is there to answer"),
        ("open('/etc/passwd')", "PermissionError: open('/etc/passwd') is refused: a REPL reads its inputs"),
        ("import pathlib\npathlib.Path('/etc/passwd').read_text()", "Error"),
    ],
)
def test_what_is_closed_says_so_and_what_to_do(sandbox: Sandbox, code: str, line: str) -> None:
    outcome = sandbox.run(code)
    assert line in (outcome.stderr or "").splitlines()[-1]
    assert not outcome.is_success


def test_a_missing_package_can_be_caught_as_usual(sandbox: Sandbox) -> None:
    assert sandbox.run("try:\n    import polars\nexcept ImportError:\n    x = 'fallback'\nx").value == "'fallback'"


def test_what_c_code_writes_is_captured_in_order(sandbox: Sandbox) -> None:
    code = "import statistics\nos = statistics.sys.modules['os']\nprint('one')\nos.write(1, b'two\\n')\nprint('three')"
    assert sandbox.run(code).stdout == "one\ntwo\nthree\n"


def test_ending_by_sys_exit_zero_is_success(sandbox: Sandbox) -> None:
    outcome = sandbox.run("print('done')\nraise SystemExit")
    assert outcome.is_success
    assert outcome.stdout == "done\n"


def test_nothing_is_left_for_the_next_job(sandbox: Sandbox) -> None:
    sandbox.run("import json\njson.planted = 1\nopen('left', 'w').write('x')\nleft = 1")
    code = (
        "import json\nfrom pathlib import Path\n[hasattr(json, 'planted'), Path('left').exists(), 'left' in globals()]"
    )
    assert sandbox.run(code).value_json == "[false, false, false]"


def test_random_numbers_differ_between_repls(sandbox: Sandbox) -> None:
    code = "import random, numpy as np\n[random.random(), np.random.rand(), np.random.default_rng().random()]"
    drawn = [json.loads(sandbox.run(code).value_json or "[]") for _ in range(3)]
    assert len({number for numbers in drawn for number in numbers}) == 9


def test_sets_are_ordered_alike_in_every_repl(sandbox: Sandbox) -> None:
    assert len({sandbox.run("list({'north', 'south', 'east', 'west'})").value for _ in range(3)}) == 1


def test_twenty_jobs_at_once_keep_apart(sandbox: Sandbox) -> None:
    code = "import pandas as pd, time\ntime.sleep(0.2)\nint(pd.Series(range(context)).sum())"
    numbers = [sandbox.submit(code, context=n) for n in range(20)]
    assert [sandbox.outcome(number).value for number in numbers] == [str(n * (n - 1) // 2) for n in range(20)]


def test_a_job_may_have_very_little_memory(sandbox: Sandbox) -> None:
    assert sandbox.run("sum(range(10))", memory_bytes=64 * 1024**2).value == "45"
