"""Two hands that are led through every order of what they do."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, event

from models.ledger import PostgresLedger
from orchestration.errors import Fenced
from tests.interleavings.deeds import Deed, Hand, State
from tests.interleavings.explore import Explorer
from tests.interleavings.scheduler import Actor, Scheduler
from tests.interleavings.world import World, new_world


@dataclass(frozen=True, slots=True)
class Bench:
    """Two hands, and a ledger beside them that no gate slows down."""

    ledger: PostgresLedger
    engine: Engine
    hands: list[Hand]

    def keep_the_promises(self, state: State, one: Deed, other: Deed) -> None:
        """After each order, and once the job has gone on from there to its end."""
        count = 0
        for world, _, order in self.orders(state, one, other):
            count += 1
            assert world.broken() == [], order
            world.finish()
            assert world.broken() == [], order
        print(f"{count} orders")
        assert count > 1

    def orders(self, state: State, one: Deed, other: Deed) -> Iterator[tuple[World, list[object], str]]:
        """After each order: the world, what the two deeds returned, and the order itself, to be shown."""
        errors: list[str] = []
        for hand in self.hands:
            event.listen(hand.engine, "handle_error", lambda context: errors.append(str(context.original_exception)))
        actors = [Actor(name, hand.engine) for name, hand in zip("AB", self.hands, strict=True)]
        explorer = Explorer()
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            scheduler = Scheduler(actors, watcher)
            for _ in explorer.runs():
                world = state(new_world(self.ledger, self.engine))
                works = [(one, world, self.hands[0]), (other, world, self.hands[1])]
                trace = scheduler.run(works, explorer.choose)
                failures = [
                    actor.failure for actor in actors if actor.failure and not isinstance(actor.failure, Fenced)
                ]
                assert not failures, f"{failures}\n{trace}"
                assert not errors, f"{errors}\n{trace}"
                if not explorer.redundant:
                    yield world, [actor.result for actor in actors], str(trace)
