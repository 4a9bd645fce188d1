"""What an actor may do to a named REPL, a blob or a quota, and the states from which two of them start."""

from contextlib import suppress
from dataclasses import replace

from orchestration.errors import BadInput
from orchestration.records import Input, NewOrchestration, Submitted
from orchestration.tools import Artifact
from tests.interleavings.deeds import Hand
from tests.interleavings.world import IN_SESSION, OLD_BLOB, QUESTION, World
from tests.support.counting import landing, landings
from tests.support.driver import spawn

# --- states


def named_pending(world: World) -> World:
    return world.in_session().pending()


def named_running(world: World) -> World:
    return world.in_session().running(1)


def named_running_on_a_silent_host(world: World) -> World:
    return named_running(world).silent(world.host)


def cancelled_long_ago(world: World) -> World:
    """A REPL of its own has the state of a landed task, which the next sweep forgets."""
    return world.cancelled_long_ago()


def held(world: World) -> World:
    return world.held_by_a_caller()


def held_by_a_dead_caller(world: World) -> World:
    return world.held_by_a_caller().given_up(world.host)


def held_while_tasks_wait(world: World) -> World:
    world = world.held_by_a_caller()
    world.id, world.repl = world.ledger.submit(IN_SESSION).id, "r"
    return world.pending()


def held_by_a_dead_caller_while_tasks_wait(world: World) -> World:
    return held_while_tasks_wait(world).given_up(world.host)


def saved_long_ago(world: World) -> World:
    return world.saved_long_ago()


def old_blob(world: World) -> World:
    return world.with_an_old_blob()


def running_beside_an_old_blob(world: World) -> World:
    return world.running().with_an_old_blob()


def two_planners_and_a_quota_for_one(world: World) -> World:
    world = world.with_quota("max_repl_tasks_a_day", 3).planning()
    other = world.ledger.submit(NewOrchestration(QUESTION, "scripted")).id
    world.other_claim = world.ledger.claim_step(other, world.other_worker, "plan")
    return world


def one_place_left(world: World) -> World:
    return world.with_quota("max_active", 2)


# --- deeds


def save(world: World, hand: Hand) -> object:
    return world.do_save(hand.ledger)


def other_open(world: World, hand: Hand) -> object:
    return hand.ledger.open_repl(world.other_host, "s", "r")


def other_host_run(world: World, hand: Hand) -> object:
    return hand.ledger.land(world.other_host, landings(hand.ledger.claim_tasks(world.other_host, 1)))


def submit_to_session(_world: World, hand: Hand) -> object:
    return hand.ledger.submit(IN_SESSION)


def collect(world: World, hand: Hand) -> object:
    return world.do_collect(hand.ledger)


def submit_blob(world: World, hand: Hand) -> object:
    """The store puts the file before its row; it is there, so nothing is written."""
    return hand.ledger.submit(NewOrchestration("again", "scripted", (Input("data", OLD_BLOB, 1, "csv"),)))


def land_blob(world: World, hand: Hand) -> object:
    done = landing(world.tasks[0])
    file = Artifact("file", 1, OLD_BLOB)
    return hand.ledger.land(world.host, [replace(done, result=replace(done.result, artifacts=(file,)))])


def other_plan(world: World, hand: Hand) -> object:
    assert world.other_claim
    return hand.ledger.commit_plan(world.other_claim, [spawn("three"), spawn("four")], None)


def submit_if_allowed(_world: World, hand: Hand) -> Submitted | None:
    with suppress(BadInput):
        return hand.ledger.submit(NewOrchestration(QUESTION, "scripted"))
    return None
