"""Removing what untrusted code left on disk."""

import os
from pathlib import Path

from replwright.repl.host.removal import remove_tree
from replwright.repl.host.scratch import usage


def test_a_tree_deeper_than_any_path_is_removed(tmp_path: Path) -> None:
    # given
    folder = tmp_path / "deep"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("x" * 10, dir_fd=here)
        inner = os.open("x" * 10, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    # when
    remove_tree(folder)
    # then
    assert not folder.exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "to a folder").symlink_to(tmp_path / "kept")
    (folder / "to nothing").symlink_to("/no/such/file")
    remove_tree(folder)
    assert not folder.exists()
    assert (tmp_path / "kept" / "file").read_text() == "x"


def test_modes_do_not_stand_in_the_way(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").write_text("x")
    os.mkfifo(folder / "a" / "fifo")
    for path in (folder / "a" / "b" / "file", folder / "a" / "b", folder / "a"):
        path.chmod(0)
    remove_tree(folder)
    assert not folder.exists()


def test_a_tree_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_tree(tmp_path / "nothing")


def test_usage_counts_files_folders_and_blocks_but_not_links_targets(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "big").write_bytes(b"x" * 100_000)
    (tmp_path / "link").symlink_to(tmp_path)
    found = usage(tmp_path)
    assert found.files == 4
    assert 100_000 <= found.size_bytes < 200_000
