"""When a host gives back what the jobs of an orchestration shared."""

import time

from replwright.repl.pool.groups import IDLE_S, Groups


def test_a_group_is_idle_once_its_last_job_was_gone_for_a_while() -> None:
    # given
    groups = Groups()
    with groups.busy("one"), groups.busy("one"):
        assert groups.take_idle(time.monotonic() + IDLE_S + 1) == []
    # then
    assert groups.take_idle(time.monotonic()) == []
    assert groups.take_idle(time.monotonic() + IDLE_S + 1) == ["one"]
    assert groups.take_idle(time.monotonic() + IDLE_S + 1) == []


def test_a_group_that_comes_back_is_not_idle() -> None:
    # given
    groups = Groups()
    with groups.busy("one"):
        pass
    # when
    with groups.busy("one"), groups.busy(None):
        idle = groups.take_idle(time.monotonic() + IDLE_S + 1)
    # then
    assert idle == []
