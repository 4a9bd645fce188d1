"""Which releases are over, as a worker of a living one sees it: those that have hosts, but for a while no worker."""

from replwright.repl.pool.drain import Drain
from replwright.repl.pool.hosts import release_of
from replwright.repl.pool.releases import Releases


def test_a_release_without_workers_is_over_after_the_time_of_grace() -> None:
    releases = Releases("new", grace_s=10)
    assert releases.over({"old", "new"}, {"new"}, now=100) == frozenset()
    assert releases.over({"old", "new"}, {"new"}, now=109) == frozenset()
    assert releases.over({"old", "new"}, {"new"}, now=110) == {"old"}
    # and again, as long as it has a host: whoever told it may have died
    assert releases.over({"old", "new"}, {"new"}, now=112) == {"old"}


def test_releases_with_a_worker_serve_beside_each_other() -> None:
    releases = Releases("new", grace_s=0)
    assert releases.over({"old", "new"}, {"old", "new"}, now=0) == frozenset()


def test_a_worker_that_comes_back_begins_the_time_of_grace_anew() -> None:
    releases = Releases("new", grace_s=10)
    releases.over({"old"}, {"new"}, now=0)
    releases.over({"old"}, {"new", "old"}, now=9)
    assert releases.over({"old"}, {"new"}, now=11) == frozenset()
    assert releases.over({"old"}, {"new"}, now=21) == {"old"}


def test_going_back_is_a_deploy_like_any_other() -> None:
    assert Releases("1.0", grace_s=0).over({"1.0", "2.0"}, {"1.0"}, now=0) == {"2.0"}
    assert Releases("2.0", grace_s=0).over({"1.0", "2.0"}, {"2.0"}, now=0) == {"1.0"}


def test_who_is_not_known_to_live_ends_nobody() -> None:
    # after an outage all processes are given up, and register anew one by one
    releases = Releases("new", grace_s=0)
    assert releases.over({"old", "new"}, set(), now=0) == frozenset()
    assert releases.over({"old", "new"}, {"third"}, now=1) == frozenset()


def test_what_was_seen_before_the_ledger_was_away_does_not_count() -> None:
    releases = Releases("new", grace_s=10)
    releases.over({"old"}, {"new"}, now=0)
    releases.forget()
    assert releases.over({"old"}, {"new"}, now=11) == frozenset()


def test_a_hosts_name_tells_its_release() -> None:
    assert release_of("repl-host-0.1.0-0123456789ab") == "0.1.0"
    assert release_of("repl-host-2026.11.dev0+g1a2b3c-0123456789ab") == "2026.11.dev0+g1a2b3c"


def test_a_drain_is_done_when_nothing_is_in_hand() -> None:
    drain, done = Drain(), list[bool]()
    # when
    done.append(drain.is_done)
    with drain.in_hand():
        drain.ask()
        with drain.in_hand():
            done.append(drain.is_done)
        done.append(drain.is_done)
    done.append(drain.is_done)
    drain.take_back()
    done.append(drain.is_done)
    # then
    assert done == [False, False, False, True, False]
