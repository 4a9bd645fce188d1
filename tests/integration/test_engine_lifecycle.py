"""REPLs, zygote and host begin and end together: nothing outlives them, and what dies is replaced."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.states import ErrorKind
from tests.support.sandbox import Sandbox, open_folder

SLEEP = "import time\nprint('began')\ntime.sleep(60)"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with open_folder() as folder, Sandbox(folder, max_live=8) as sandbox:
        yield sandbox


def _children(pid: int) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat[1]) == pid and stat[0] != "Z":
            found.add(int(entry.name))
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _files(sandbox: Sandbox) -> list[Path]:
    """What lies in the folders of REPLs."""
    return list(sandbox.scratch_root.glob("run-*/jobs/*/*/*"))


def _eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_finished_repl_is_gone_and_so_is_what_it_wrote_and_read(sandbox: Sandbox) -> None:
    source = sandbox.scratch_root.parent / "prices.csv"
    source.write_text("a\n1\n")
    sandbox.run("open('x', 'w').write('x')", inputs=[source])
    assert _eventually(lambda: not _children(sandbox.zygote))
    assert _eventually(lambda: not _files(sandbox))


def test_stopping_ends_what_runs_and_leaves_no_process_and_no_file(sandbox: Sandbox) -> None:
    # given
    running = [sandbox.submit(SLEEP) for _ in range(4)]
    assert _eventually(lambda: len(_children(sandbox.zygote)) == 4)
    repls = _children(sandbox.zygote)
    # when
    sandbox.stop()
    # then
    assert not any(_alive(pid) for pid in [sandbox.zygote, *repls])
    assert [sandbox.outcome(number).error_kind for number in running] == [ErrorKind.CRASHED] * 4
    assert list(sandbox.scratch_root.iterdir()) == []


def test_a_host_that_is_killed_takes_its_zygote_and_repls_with_it(sandbox: Sandbox) -> None:
    # given
    for _ in range(3):
        sandbox.submit(SLEEP)
    assert _eventually(lambda: len(_children(sandbox.zygote)) == 3)
    everybody = [sandbox.zygote, *_children(sandbox.zygote)]
    # when
    os.kill(sandbox.pid, signal.SIGKILL)
    # then
    assert _eventually(lambda: not any(_alive(pid) for pid in everybody))


def test_what_a_killed_host_left_on_disk_is_removed_by_the_next(sandbox: Sandbox) -> None:
    # given
    sandbox.submit(SLEEP)
    assert _eventually(lambda: len(_children(sandbox.zygote)) == 1)
    os.kill(sandbox.pid, signal.SIGKILL)
    assert _eventually(lambda: not _alive(sandbox.zygote))
    (left,) = sandbox.scratch_root.iterdir()
    # when
    again = sandbox.scratch_root.parent / "again"
    again.mkdir()
    (again / "scratch").symlink_to(sandbox.scratch_root)
    with Sandbox(again) as second:
        # then
        assert not left.exists()
        assert second.run("1 + 1").value == "2"


def test_a_zygote_that_dies_is_replaced_and_what_ran_has_crashed(sandbox: Sandbox) -> None:
    # given
    running = sandbox.submit(SLEEP)
    assert _eventually(lambda: len(_children(sandbox.zygote)) == 1)
    (repl,) = _children(sandbox.zygote)
    # when
    os.kill(sandbox.zygote, signal.SIGKILL)
    # then
    outcome = sandbox.outcome(running)
    assert outcome.error_kind is ErrorKind.CRASHED
    assert "the process that REPLs are forked from ended" in (outcome.stderr or "")
    assert sandbox.run("6 * 7").value == "42"
    assert _eventually(lambda: not _alive(repl))


def test_cancelling_kills_the_repl(sandbox: Sandbox) -> None:
    # given
    running = sandbox.submit(SLEEP)
    assert _eventually(lambda: len(_children(sandbox.zygote)) == 1)
    # when
    sandbox.cancel(running)
    # then
    assert sandbox.answer(running) == {"id": running, "cancelled": True}
    assert _eventually(lambda: not _children(sandbox.zygote))


def test_jobs_beyond_the_live_limit_wait_their_turn(sandbox: Sandbox) -> None:
    numbers = [sandbox.submit("import time\ntime.sleep(0.1)\ncontext", context=n) for n in range(20)]
    most = 0
    while not all(sandbox._waiting[number].done() for number in numbers):
        most = max(most, len(_children(sandbox.zygote)))
    assert [sandbox.outcome(number).value for number in numbers] == [str(n) for n in range(20)]
    assert most <= 8


def test_cancelling_at_any_moment_leaves_every_place_free(sandbox: Sandbox) -> None:
    # given
    for number in range(40):
        job = sandbox.submit(SLEEP)
        time.sleep(number % 10 / 1000)
        sandbox.cancel(job)
    # when
    numbers = [sandbox.submit("1") for _ in range(8)]
    # then
    assert [sandbox.outcome(number).value for number in numbers] == ["1"] * 8
    assert _eventually(lambda: not _children(sandbox.zygote))
    assert _eventually(lambda: not _files(sandbox))
