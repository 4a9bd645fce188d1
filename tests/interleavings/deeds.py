"""What an actor may do, and the states from which two of them start. Each function is named in the ids of the tests."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine

from models.ledger import PostgresLedger
from orchestration.errors import BadInput
from orchestration.records import Fork
from orchestration.states import Reason
from tests.interleavings.world import World

State = Callable[[World], World]


@dataclass(frozen=True, slots=True)
class Hand:
    """The ledger and the engine of one actor."""

    ledger: PostgresLedger
    engine: Engine


Deed = Callable[[World, Hand], object]

# The deeds. A second actor of the same kind is another process, or a copy of the same message.


def claim(world: World, hand: Hand) -> object:
    return hand.ledger.claim_step(world.id, world.worker, "a")


def other_claim(world: World, hand: Hand) -> object:
    return hand.ledger.claim_step(world.id, world.other_worker, "b")


def plan(world: World, hand: Hand) -> object:
    return world.do_plan(hand.ledger)


def repair(world: World, hand: Hand) -> object:
    assert world.claim
    return hand.ledger.start_repair(world.claim, ["the plan is empty"])


def finish(world: World, hand: Hand) -> None:
    assert world.claim
    hand.ledger.finish(world.claim, Reason.ANSWERED, "done", None)


def release(world: World, hand: Hand) -> None:
    assert world.claim
    hand.ledger.release_step(world.claim, graceful=True)


def host_claim(world: World, hand: Hand) -> object:
    return hand.ledger.claim_tasks(world.host, 1)


def other_host_claim(world: World, hand: Hand) -> object:
    return hand.ledger.claim_tasks(world.other_host, 2)


def land_first(world: World, hand: Hand) -> object:
    return world.do_land(hand.ledger, 0)


def land_last(world: World, hand: Hand) -> object:
    return world.do_land(hand.ledger, -1)


def close(world: World, hand: Hand) -> None:
    world.do_close(hand.engine)


def cancel(world: World, hand: Hand) -> object:
    return hand.ledger.cancel(world.id)


def retry(world: World, hand: Hand) -> object:
    """Refused where it has not ended yet, or where the other was first."""
    with suppress(BadInput):
        return hand.ledger.retry(world.id)
    return None


def fork(world: World, hand: Hand) -> object:
    with suppress(BadInput):
        return hand.ledger.fork(world.id, Fork())
    return None


def sweep(_world: World, hand: Hand) -> object:
    return hand.ledger.sweep()


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


def running_on_a_dead_host(world: World) -> World:
    return world.running().given_up(world.host)


def last_running_on_a_silent_host(world: World) -> World:
    return world.last_running().silent(world.host)


def cancelled(world: World) -> World:
    return world.cancelled()


def cancelled_while_planning(world: World) -> World:
    return world.planning().cancelled()


def cancelled_while_running(world: World) -> World:
    return world.last_running().cancelled()


def quiet_and_ready(world: World) -> World:
    return world.quiet()


def overdue(world: World) -> World:
    return world.running().overdue()
