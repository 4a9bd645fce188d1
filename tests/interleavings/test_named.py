"""Every interleaving of any two that meet at a named REPL, a blob or a quota. A run of `x += 1` counts once."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from models.queries import host_claim as host_claim_query
from models.queries import keep_state, open_repl
from orchestration.records import NamedRepl, PlanCommit
from tests.interleavings.bench import Bench
from tests.interleavings.deeds import (
    Deed,
    State,
    cancel,
    fork,
    host_claim,
    land_first,
    other_host_claim,
    plan,
    retry,
    sweep,
)
from tests.interleavings.deeds_named import (
    cancelled_long_ago,
    collect,
    held,
    held_by_a_dead_caller,
    held_by_a_dead_caller_while_tasks_wait,
    held_while_tasks_wait,
    land_blob,
    named_pending,
    named_running,
    named_running_on_a_silent_host,
    old_blob,
    one_place_left,
    other_host_run,
    other_open,
    other_plan,
    running_beside_an_old_blob,
    save,
    saved_long_ago,
    submit_blob,
    submit_if_allowed,
    submit_to_session,
    two_planners_and_a_quota_for_one,
)
from tests.interleavings.world import OLD_BLOB, World

PAIRS: list[tuple[State, Deed, Deed]] = [
    (named_running, land_first, other_host_claim),
    (named_running_on_a_silent_host, land_first, sweep),
    (named_running_on_a_silent_host, other_host_claim, sweep),
    (named_running, land_first, cancel),
    (cancelled_long_ago, retry, sweep),
    (cancelled_long_ago, fork, sweep),
    (named_running, retry, cancel),
    (held_while_tasks_wait, save, other_host_claim),
    (held_by_a_dead_caller_while_tasks_wait, save, other_host_run),
]


@pytest.mark.parametrize(("state", "one", "other"), PAIRS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_all_interleavings_count_each_run_once(bench: Bench, state: State, one: Deed, other: Deed) -> None:
    bench.keep_the_promises(state, one, other)


def test_of_two_hosts_one_gets_the_repl_and_only_its_first_task(bench: Bench) -> None:
    for world, results, order in bench.orders(named_pending, host_claim, other_host_claim):
        claimed = [task.spawn.task_id for tasks in results if isinstance(tasks, Sequence) for task in tasks]
        assert claimed == ["one"], order
        world.finish()
        assert world.broken() == [], order


@pytest.mark.parametrize("state", [held, held_by_a_dead_caller])
def test_a_caller_that_saved_is_never_beside_another(bench: Bench, state: State) -> None:
    for world, [saved, opened], order in bench.orders(state, save, other_open):
        if isinstance(opened, NamedRepl):
            assert opened.version == (1 if saved else 0), order
        assert saved or opened, order
        assert world.broken() == [], order


def test_a_session_is_a_callers_or_an_orchestrations(bench: Bench) -> None:
    for world, [_, opened], order in bench.orders(held_by_a_dead_caller, submit_to_session, other_open):
        world.id = world.ledger.list(1)[0].id
        [claimed, step] = [world.ledger.open_repl(world.host, "s", "r"), world.planning().claim]
        assert claimed is None, order
        assert step, order
        assert opened is None or isinstance(opened, NamedRepl), order
        assert world.broken() == [], order


def test_a_state_is_deleted_or_opened_never_both(bench: Bench) -> None:
    for world, [_, opened], order in bench.orders(saved_long_ago, sweep, other_open):
        assert isinstance(opened, NamedRepl), order
        assert _rows(world, "SELECT version, snapshot, fence FROM named_repls") == [
            (opened.version, opened.snapshot, opened.fence)
        ], order
        assert world.broken() == [], order


@pytest.mark.parametrize(("state", "use"), [(old_blob, submit_blob), (running_beside_an_old_blob, land_blob)])
def test_a_blob_that_is_named_has_a_row_whoever_collects(bench: Bench, state: State, use: Deed) -> None:
    both = set()
    for world, [collected, _], order in bench.orders(state, collect, use):
        assert _rows(world, f"SELECT key FROM blobs WHERE key = '{OLD_BLOB}'"), order
        assert (collected == 1) is (OLD_BLOB not in world.files), order
        both.add(collected)
        assert world.broken() == [], order
    assert both == {0, 1}


def test_a_quota_for_one_plan_is_given_to_one_plan(bench: Bench) -> None:
    for world, results, order in bench.orders(two_planners_and_a_quota_for_one, plan, other_plan):
        refused = [result.refused for result in results if isinstance(result, PlanCommit)]
        assert sorted(map(bool, refused)) == [False, True], order
        assert _rows(world, "SELECT repl_tasks FROM quota_uses") == [(2,)], order
        assert world.broken() == [], order


def test_the_last_place_is_given_to_one_submit(bench: Bench) -> None:
    for world, results, order in bench.orders(one_place_left, submit_if_allowed, submit_if_allowed):
        assert sorted(map(bool, results)) == [False, True], order
        assert len(world.ledger.list()) == 2, order


def test_without_the_order_of_seats_a_run_is_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = host_claim_query._CLAIM.replace("earlier.seq < task.seq", "false")
    monkeypatch.setattr(host_claim_query, "_CLAIM", blind)
    with bench.engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_repl_tasks_named_running"))
    with pytest.raises(AssertionError):
        _count_once(bench, named_pending, host_claim, other_host_claim)


def test_without_the_fence_a_late_caller_overwrites_a_state(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_repl, "_HOLD", "SELECT id FROM named_repls WHERE id = :id")
    monkeypatch.setattr(keep_state, "_KEEP", keep_state._KEEP.replace("fence = :fence", "true"))
    with pytest.raises(AssertionError):
        _count_once(bench, held_by_a_dead_caller_while_tasks_wait, save, other_host_run)


def _count_once(bench: Bench, state: State, one: Deed, other: Deed) -> None:
    for world, _, order in bench.orders(state, one, other):
        world.finish()
        assert world.broken() == [], order


def _rows(world: World, sql: str) -> list[tuple[object, ...]]:
    with world.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]
