"""Files, which only the cpython engine has: big tables in every format, the same inside as outside; what is left."""

import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.states import EngineName
from tests.support.sandbox import Sandbox

_SEED = 20_260
_TWENTY_MB = 20 * 1024**2


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """About 20 MB as CSV: text, whole numbers, fractions, dates, flags and gaps."""
    draw = random.Random(_SEED)
    rows = 380_000
    return pd.DataFrame(
        {
            "id": range(rows),
            "region": [draw.choice(["north", "süd", "east, far", 'the "west"']) for _ in range(rows)],
            "amount": [round(draw.uniform(-1000, 1000), 3) for _ in range(rows)],
            "day": pd.date_range("2020-01-01", periods=rows, freq="min"),
            "note": [f"note {draw.randrange(10**6)}" if draw.random() < 0.9 else None for _ in range(rows)],
        }
    )


def test_a_csv_of_20_mb_gives_the_same_sums(sandbox: Sandbox, table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    table.to_csv(path, index=False)
    assert path.stat().st_size > _TWENTY_MB, f"seed {_SEED}"

    outcome = sandbox.run(
        "df = inputs_df['big']\n"
        "[len(df), round(df['amount'].sum(), 3), int(df['note'].isna().sum()), sorted(df['region'].unique())]",
        inputs=[path],
        timeout_s=60.0,
    )

    expected = [
        len(table),
        round(table["amount"].sum(), 3),
        int(table["note"].isna().sum()),
        sorted(set(table["region"])),
    ]
    assert (outcome.value, outcome.engine) == (repr(expected), "cpython"), outcome.stderr


def test_parquet_is_read_by_pandas_and_by_pyarrow(sandbox: Sandbox, table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "big.parquet"
    pq.write_table(pa.Table.from_pandas(table), path)

    outcome = sandbox.run(
        "import pyarrow.parquet as pq\nimport pandas as pd\n"
        "t = pq.read_table(inputs['big'], columns=['id', 'region'])\n"
        "frame = pd.read_parquet(inputs['big'])\n"
        "[t.num_rows, frame.groupby('region')['amount'].count().to_dict(), str(frame['day'].max())]",
        inputs=[path],
        timeout_s=60.0,
    )

    counts = table.groupby("region")["amount"].count().to_dict()
    assert outcome.value == repr([len(table), counts, str(table["day"].max())]), outcome.stderr


def test_every_other_format_becomes_the_same_table(sandbox: Sandbox, table: pd.DataFrame, tmp_path: Path) -> None:
    small = table[["id", "region", "amount"]].head(500)
    small.to_excel(tmp_path / "sheet.xlsx", index=False)
    small.to_csv(tmp_path / "tabs.tsv", index=False, sep="\t")
    small.to_json(tmp_path / "records.json", orient="records")
    small.to_json(tmp_path / "lines.jsonl", orient="records", lines=True)
    paths = [tmp_path / name for name in ("sheet.xlsx", "tabs.tsv", "records.json", "lines.jsonl")]

    outcome = sandbox.run(
        "{name: [len(df), round(float(df['amount'].sum()), 3), df['region'].value_counts().sort_index().to_dict()]\n"
        " for name in sorted(inputs_df) for df in [inputs_df[name]]}",
        inputs=paths,
    )

    regions = small["region"].value_counts().sort_index().to_dict()
    one = [len(small), round(float(small["amount"].sum()), 3), regions]
    assert outcome.value == repr(dict.fromkeys(("lines", "records", "sheet", "tabs"), one)), outcome.stderr


def test_figures_and_files_come_back(sandbox: Sandbox) -> None:
    code = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\n"
        "open('outputs/note.txt', 'w').write('left here')\n"
        "open('outputs/data.bin', 'wb').write(bytes(range(256)))"
    )

    outcome = sandbox.run(code, timeout_s=60.0)

    files = {each.name: each for each in outcome.outputs}
    assert outcome.is_success, outcome.stderr
    assert (files["note.txt"].data, files["data.bin"].data) == (b"left here", bytes(range(256)))
    figures = [each for each in outcome.outputs if each.media_type == "image/png"]
    assert [each.data[:8] for each in figures] == [b"\x89PNG\r\n\x1a\n"]


def test_the_rust_engine_refuses_the_same_by_name(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")

    outcome = sandbox.run("inputs_df['t']['a'].sum()", inputs=[tmp_path / "t.csv"], engine=EngineName.RUST)

    assert outcome.stderr == (
        "the rust engine does not support input files (`inputs_df`) (line 1); use --engine cpython\n"
    )
