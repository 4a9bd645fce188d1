"""The engine of library callers ends with its last user."""

import psutil

from replwright.repl import REPLEnv


def test_nothing_is_left_when_the_last_environment_closes() -> None:
    # given
    before = set(psutil.Process().children(recursive=True))
    first, second = REPLEnv(), REPLEnv()
    first.execute("1")
    started = set(psutil.Process().children(recursive=True)) - before
    # when
    first.close()
    still_there = [process for process in started if process.is_running()]
    second.close()
    # then
    assert still_there
    assert not [process for process in started if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
