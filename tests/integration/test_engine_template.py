"""The shared data template through a real engine: loaded once for a group, and nobody's business but the group's."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.states import ErrorKind
from tests.support.sandbox import Sandbox, open_folder

_ROWS = 40_000
_SUM = "inputs_df['prices']['n'].sum().item()"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_folder() as folder, Sandbox(folder) as sandbox:
        yield sandbox


@pytest.fixture
def prices() -> Iterator[Path]:
    with open_folder() as folder:
        path = folder / "prices.csv"
        path.write_text("n,t\n" + "".join(f"{n},text{n % 9}\n" for n in range(_ROWS)))
        path.chmod(0o644)
        yield path


def _end(sandbox: Sandbox, *groups: str) -> None:
    """End the groups, and wait until nothing of them is left: their last REPLs may be on their way out."""
    for group in groups:
        sandbox.end_group(group)
    while sandbox.stats()["templates"]:
        time.sleep(0.01)


def _spoil(path: Path) -> None:
    """Another table of the same size class under the same name: who reads the file again gives itself away."""
    path.unlink()
    path.write_text("n,t\n" + "1,x\n" * _ROWS * 2)
    path.chmod(0o644)


def test_jobs_of_a_group_read_a_table_that_was_loaded_once(sandbox: Sandbox, prices: Path) -> None:
    together = {"inputs": [prices], "group": "once", "group_size": 9}
    numbers = [sandbox.submit(_SUM, **together) for _ in range(8)]  # type: ignore[arg-type]
    sums = {sandbox.outcome(number).value for number in numbers}
    _spoil(prices)

    late = sandbox.run(_SUM, **together)
    stats = sandbox.stats()

    assert sums == {str(sum(range(_ROWS)))}
    assert late.value == str(sum(range(_ROWS)))
    assert stats["templates"] == 1
    _end(sandbox, "once")
    assert sandbox.run(_SUM, **together).value == str(_ROWS * 2)
    _end(sandbox, "once")


def test_who_changes_the_table_changes_his_own_alone(sandbox: Sandbox, prices: Path) -> None:
    together = {"inputs": [prices], "group": "writers", "group_size": 2}
    write = "df = inputs_df['prices']\ndf['n'] = -1\ndf.loc[:, 't'] = 'mine'\ndel df['t']\n"
    write += "(df['n'].sum().item(), len(df.columns))"
    in_place = "df = inputs_df['prices']\ndf.iloc[:, 0] = 7\n(df['n'].sum().item(), df['t'].nunique())"

    assert sandbox.run(write, **together).value == f"({-_ROWS}, 1)"
    assert sandbox.run(in_place, **together).value == f"({7 * _ROWS}, 9)"
    assert sandbox.run(_SUM, **together).value == str(sum(range(_ROWS)))
    _end(sandbox, "writers")


def test_another_group_and_a_job_alone_load_for_themselves(sandbox: Sandbox, prices: Path) -> None:
    assert sandbox.run(_SUM, inputs=[prices], group="mine", group_size=2).value == str(sum(range(_ROWS)))
    _spoil(prices)

    assert sandbox.run(_SUM, inputs=[prices], group="theirs", group_size=2).value == str(_ROWS * 2)
    assert sandbox.run(_SUM, inputs=[prices]).value == str(_ROWS * 2)
    _end(sandbox, "mine", "theirs")


def test_a_table_that_cannot_be_read_gives_each_job_its_own_error(sandbox: Sandbox) -> None:
    with open_folder() as folder:
        path = folder / "prices.parquet"
        path.write_bytes(b"PAR1" + b"x" * 10**6)
        path.chmod(0o644)

        outcomes = [sandbox.run(_SUM, inputs=[path], group="bad", group_size=2) for _ in range(2)]

    for outcome in outcomes:
        assert outcome.error_kind is ErrorKind.EXCEPTION
        assert "TableError: input 'prices' (parquet) cannot be read" in (outcome.stderr or "")
    assert sandbox.stats()["templates"] == 0
    _end(sandbox, "bad")


def test_a_table_that_bursts_its_loader_costs_nothing_else(sandbox: Sandbox) -> None:
    with open_folder() as folder:
        path = folder / "prices.csv"
        # One field a line, a million columns in the last: pandas makes a very wide table of it.
        path.write_text("a\n" * 1000 + ",".join(str(n) for n in range(10**6)) + "\n")
        path.chmod(0o644)

        outcome = sandbox.run("len(inputs_df['prices'])", inputs=[path], group="burst", group_size=2, timeout_s=60.0)

    assert outcome.value is not None or outcome.error_kind is not None
    assert sandbox.run("1 + 1").value == "2"
    _end(sandbox, "burst")


def test_what_is_read_by_a_name_that_is_not_known_beforehand_is_there_too(sandbox: Sandbox, prices: Path) -> None:
    outcome = sandbox.run(
        "[(name, len(inputs_df[name])) for name in inputs_df]", inputs=[prices], group="any", group_size=2
    )

    assert outcome.value == f"[('prices', {_ROWS})]"
    assert sandbox.stats()["templates"] == 1
    _end(sandbox, "any")


def test_at_most_four_templates_live_and_the_one_unused_for_longest_goes(sandbox: Sandbox, prices: Path) -> None:
    for number in range(6):
        assert sandbox.run(_SUM, inputs=[prices], group=f"g{number}", group_size=2).is_success

    assert sandbox.stats()["templates"] == 4
    _end(sandbox, *(f"g{number}" for number in range(6)))


def test_a_repl_of_a_template_is_confined_like_any_other(sandbox: Sandbox, prices: Path) -> None:
    code = """
import io
import pandas
os = pandas.io.common.os
inputs_df['prices']
def tried(deed):
    try:
        return repr(deed())
    except Exception as error:
        return type(error).__name__
real_open = io.open
deeds = (lambda: real_open('/etc/passwd').read(), os.fork, lambda: os.kill(os.getppid(), 9))
({tried(deed) for deed in deeds} - {'PermissionError', 'FileNotFoundError'},
 [one for one in range(3, 200) if tried(lambda: os.fstat(one)) != 'OSError'])
"""
    outcome = sandbox.run(code, inputs=[prices], group="walls", group_size=2)

    assert sandbox.stats()["templates"] == 1
    assert outcome.value is not None, outcome.stderr
    assert outcome.value == "(set(), [3])"
    _end(sandbox, "walls")
