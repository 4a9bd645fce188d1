"""Every interleaving of any two of claim, plan commit, dispatch claim, land, close, cancel and sweep."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, event

from models.ledger import PostgresLedger
from orchestration.errors import Fenced
from tests.interleavings.explore import Explorer
from tests.interleavings.scheduler import Actor, Scheduler
from tests.interleavings.world import World, new_world
from tests.support.database import PROFILE_CODE, connections

State = Callable[[World], World]


@dataclass(frozen=True, slots=True)
class Hand:
    """The ledger and the engine of one actor."""

    ledger: PostgresLedger
    engine: Engine


Deed = Callable[[World, Hand], object]

# The deeds. A second actor of the same kind is another process, or a copy of the same message.


def claim(world: World, hand: Hand) -> None:
    hand.ledger.claim_step(world.id, world.worker, "a")


def other_claim(world: World, hand: Hand) -> None:
    hand.ledger.claim_step(world.id, world.other_worker, "b")


def plan(world: World, hand: Hand) -> None:
    world.do_plan(hand.ledger)


def host_claim(world: World, hand: Hand) -> None:
    hand.ledger.claim_tasks(world.host, 1)


def other_host_claim(world: World, hand: Hand) -> None:
    hand.ledger.claim_tasks(world.other_host, 2)


def land_first(world: World, hand: Hand) -> None:
    world.do_land(hand.ledger, 0)


def land_last(world: World, hand: Hand) -> None:
    world.do_land(hand.ledger, -1)


def close(world: World, hand: Hand) -> None:
    world.do_close(hand.engine)


def cancel(world: World, hand: Hand) -> None:
    hand.ledger.cancel(world.id)


def sweep(_world: World, hand: Hand) -> None:
    hand.ledger.sweep()


def ready(world: World) -> World:
    return world


def planning(world: World) -> World:
    return world.planning()


def planning_again(world: World) -> World:
    return world.planning_again()


def lost(world: World) -> World:
    return world.lost()


def pending(world: World) -> World:
    return world.pending()


def running(world: World) -> World:
    return world.running()


def half_running(world: World) -> World:
    return world.running(free=1)


def last_running(world: World) -> World:
    return world.last_running()


def unclosed(world: World) -> World:
    return world.unclosed()


def planning_with_a_silent_worker(world: World) -> World:
    return world.planning().silent(world.worker)


def running_on_a_silent_host(world: World) -> World:
    return world.running().silent(world.host)


def last_running_on_a_silent_host(world: World) -> World:
    return world.last_running().silent(world.host)


def quiet_and_ready(world: World) -> World:
    return world.quiet()


def overdue(world: World) -> World:
    return world.running().overdue()


PAIRS: list[tuple[State, Deed, Deed]] = [
    (ready, claim, other_claim),
    (lost, other_claim, plan),
    (planning, claim, plan),
    (pending, other_claim, host_claim),
    (last_running, claim, land_last),
    (unclosed, claim, close),
    (ready, claim, cancel),
    (quiet_and_ready, claim, sweep),
    (planning_with_a_silent_worker, other_claim, sweep),
    (planning, plan, plan),
    (planning, plan, host_claim),
    (planning_again, plan, land_last),
    (planning, plan, close),
    (planning, plan, cancel),
    (planning_with_a_silent_worker, plan, sweep),
    (pending, host_claim, other_host_claim),
    (half_running, other_host_claim, land_last),
    (unclosed, host_claim, close),
    (pending, host_claim, close),
    (pending, other_host_claim, cancel),
    (running_on_a_silent_host, other_host_claim, sweep),
    (running, land_first, land_last),
    (last_running, land_last, land_last),
    (last_running, land_last, close),
    (last_running, land_last, cancel),
    (last_running_on_a_silent_host, land_last, sweep),
    (overdue, land_last, sweep),
    (unclosed, close, close),
    (unclosed, close, cancel),
    (unclosed, close, sweep),
    (running, cancel, cancel),
    (running_on_a_silent_host, cancel, sweep),
    (overdue, cancel, sweep),
    (planning_with_a_silent_worker, sweep, sweep),
    (running_on_a_silent_host, sweep, sweep),
    (unclosed, sweep, sweep),
]


@pytest.fixture
def hands(database_url: str) -> Iterator[list[Hand]]:
    with connections(database_url, 1) as one, connections(database_url, 1) as other:
        yield [Hand(PostgresLedger(e, profile_code=PROFILE_CODE, patience_s=0), e) for e in (one, other)]


@pytest.mark.parametrize(("state", "one", "other"), PAIRS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_all_interleavings_keep_the_promises(
    ledger: PostgresLedger, database_engine: Engine, hands: list[Hand], state: State, one: Deed, other: Deed
) -> None:
    errors: list[str] = []
    for hand in hands:
        event.listen(hand.engine, "handle_error", lambda context: errors.append(str(context.original_exception)))
    actors = [Actor(name, hand.engine) for name, hand in zip("AB", hands, strict=True)]
    explorer = Explorer()
    orders = 0
    with database_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
        scheduler = Scheduler(actors, watcher)
        for _ in explorer.runs():
            # given
            world = state(new_world(ledger, database_engine))
            # when
            deeds = [
                lambda deed=deed, hand=hand, world=world: deed(world, hand)  # type: ignore[misc]
                for deed, hand in zip((one, other), hands, strict=True)
            ]
            trace = scheduler.run(deeds, explorer.choose)
            if explorer.redundant:
                continue
            orders += 1
            # then
            failures = [actor.failure for actor in actors if actor.failure and not isinstance(actor.failure, Fenced)]
            assert not failures, f"{failures}\n{trace}"
            assert not errors, f"{errors}\n{trace}"
            assert world.broken() == [], str(trace)
            world.finish()
            assert world.broken() == [], str(trace)
    print(f"{orders} orders")
    assert orders > 1
