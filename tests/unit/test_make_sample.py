"""The sample table: the same every time, and as messy as real files are."""

import csv
import random
import subprocess
import sys
from pathlib import Path

from examples import make_sample

SCRIPT = Path(make_sample.__file__)


def written(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(path), *options], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_same_table_is_written_every_time(tmp_path: Path) -> None:
    # when
    ran = [written(tmp_path / "new" / name) for name in ("one.csv", "two.csv")]
    # then
    assert [one.returncode for one in ran] == [0, 0]
    one, two = ((tmp_path / "new" / name).read_bytes() for name in ("one.csv", "two.csv"))
    assert one == two
    lines = one.decode().splitlines()
    assert lines[0] == "region,manufacturer,year,mileage,price"
    assert len(lines) == 8_001


def test_it_holds_the_mess_of_real_files() -> None:
    # when
    rows = list(make_sample.rows(4_000, random.Random(2)))
    # then
    regions, makers, years, mileages, prices = zip(*rows, strict=True)
    assert len({tuple(row) for row in rows}) < len(rows)
    assert all("" in column for column in (regions, makers, years, mileages, prices))
    assert any(price.startswith("$") for price in prices)
    assert any("," in price for price in prices)
    assert any(price.isalpha() for price in prices)
    assert any(region != region.strip() for region in regions)
    assert any(region.isupper() for region in regions)
    assert any(year == "2109" for year in years)
    assert any(mileage == "-1" for mileage in mileages)


def test_what_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    # given
    (tmp_path / "file").write_text("")
    # when
    ran = written(tmp_path / "file" / "sample.csv")
    # then
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "Traceback" not in ran.stderr


def test_its_cells_can_be_read_back(tmp_path: Path) -> None:
    # when
    assert written(tmp_path / "few.csv", "--rows", "50").returncode == 0
    # then
    with (tmp_path / "few.csv").open(newline="") as file:
        assert [len(row) for row in csv.reader(file)] == [5] * 51
