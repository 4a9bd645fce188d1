"""The small private files of a home: whole, private, locked, and honest about a disk that is full."""

import errno
import os
import stat
import time
from pathlib import Path

import pytest

from orchestration.errors import ExitCode, ServiceMissing
from replwright.local import files, paths
from replwright.local.endpoints import Endpoints
from replwright.local.paths import MAX_SHORT_CHARS, Layout
from replwright.local.processes import Identity
from replwright.local.state import Phase, ServiceState, StackState, fingerprint, read, write
from replwright.settings import Settings

ENDPOINTS = Endpoints("/h", "postgresql://u:secret@/d", "redis://:secret@h:1/0", "127.0.0.2:1", "secret", "/h/blobs")


def _state() -> StackState:
    return StackState(Phase.STARTING, Identity(1, 2), Identity(3, 4), ENDPOINTS, "abc", {"ray": ServiceState("Ray")})


def test_a_private_file_is_replaced_as_a_whole_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)

    files.write_private(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o755)

    files.private_folder(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_one_holds_a_lock_alone_and_many_share_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with files.holding(path), files.holding(path):
        assert files.lock(path) is None

    assert files.lock(path) is not None


def test_the_end_of_a_lease_counts_as_use(tmp_path: Path) -> None:
    path = tmp_path / "lease"
    path.touch()
    os.utime(path, (0, 0))

    with files.holding(path):
        pass

    assert time.time() - path.stat().st_mtime < 60


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full; free some space there, or set REPLWRIGHT_HOME to another disk"),
        (errno.EACCES, "cannot be used: Permission denied; set REPLWRIGHT_HOME to a folder that you may write to"),
        (errno.EROFS, "Read-only file system"),
    ],
)
def test_a_file_error_is_one_line_with_its_remedy(number: int, words: str) -> None:
    error = files.explain(OSError(number, "?"), Path("/home/x"))

    assert words in str(error)
    assert "/home/x" in str(error)
    assert error.exit_code is ExitCode.SERVICE_MISSING


def test_the_state_survives_writing_and_reading(tmp_path: Path) -> None:
    state = _state()
    state.error = ("what", "remedy")

    write(tmp_path / "stack.json", state)

    assert read(tmp_path / "stack.json") == state
    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 0}', '{"format": 1}', "[" * 100_000])
def test_a_state_that_is_not_ours_is_no_state(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)

    assert read(tmp_path / "stack.json") is None


def test_only_the_last_lines_of_a_long_life_are_kept() -> None:
    state = _state()
    for number in range(500):
        state.tell(f"line {number}")

    assert state.lines[-1] == "line 499"
    assert len(state.lines) + state.dropped_lines == 500


def test_settings_with_other_servers_have_another_fingerprint() -> None:
    same = {fingerprint(Settings(home=Path("/a"), model=model)) for model in ("offline", "gpt-5")}
    other = fingerprint(Settings(home=Path("/a"), ray_address="h:1"))

    assert len(same) == 1
    assert other not in same


def test_sockets_of_a_long_home_get_a_short_private_folder_once(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    paths.prepare_run(home)

    first, second = paths.prepare(home), paths.prepare(home)

    try:
        assert first == second
        assert len(str(first.short)) <= MAX_SHORT_CHARS
        assert stat.S_IMODE(first.short.stat().st_mode) == 0o700
    finally:
        paths.clear(home)
    assert not first.short.exists()


def test_a_recorded_folder_that_is_open_to_others_is_not_used_again(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    paths.prepare_run(home)
    first = paths.prepare(home)
    first.short.chmod(0o777)

    second = paths.prepare(home)

    try:
        assert second.short != first.short
    finally:
        paths.clear(home)
        first.short.chmod(0o700)
        for left in (*first.short.iterdir(), first.short):
            left.rmdir()


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ServiceMissing, match="set REPLWRIGHT_HOME"):
        paths.prepare_run(tmp_path / "file" / "home")


def test_what_failed_is_remembered_and_nothing_else(tmp_path: Path) -> None:
    paths.prepare_run(tmp_path)
    layout = Layout(tmp_path, tmp_path)
    write(layout.state, _state())
    files.write_private(layout.run / "valkey.conf", "requirepass x")

    paths.clear(tmp_path, keep_state=True)

    assert [path.name for path in layout.run.iterdir()] == ["stack.json"]


def test_a_home_that_was_there_keeps_its_mode_and_what_is_in_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("s", "r"):
        (tmp_path / name).mkdir()

    paths.prepare_run(tmp_path)
    paths.prepare(tmp_path)
    paths.clear(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert (tmp_path / "s").is_dir()
    assert (tmp_path / "r").is_dir()
