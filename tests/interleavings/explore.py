"""Every order of the steps of two actors, but for orders that differ only by swaps that nobody can notice.

The search is depth first over choices. A run shows which steps raced; only there is the other order tried (dynamic
partial order reduction, Flanagan and Godefroid, 2005). What was tried at a node sleeps below its siblings until a step
that depends on it was taken (sleep sets, Godefroid, 1996).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.interleavings.steps import Step, independent


@dataclass(slots=True)
class Node:
    """`wanted` are the actors to be tried here, because of a race that was seen below."""

    ready: dict[str, Step]
    sleeping: dict[str, Step]
    chosen: str
    wanted: set[str]
    tried: set[str] = field(default_factory=set)

    @property
    def taken(self) -> Step:
        return self.ready[self.chosen]


class Explorer:
    """Give `choose` to the scheduler, once a run; `runs` yields until there is no other order left.

    `redundant` says of a run that it repeats another one.
    """

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._depth = 0
        self.redundant = False

    def runs(self) -> Iterator[int]:
        count = 0
        while True:
            self._depth, self.redundant = 0, False
            yield count
            count += 1
            assert self._depth == len(self._nodes), "the actors did not do the same again"
            self._note_races()
            if not self._next_order():
                return

    def choose(self, ready: dict[str, Step]) -> str:
        if self.redundant:
            return next(iter(ready))
        if self._depth < len(self._nodes):
            node = self._nodes[self._depth]
            assert ready.keys() == node.ready.keys(), "the actors did not do the same again"
        else:
            sleeping = self._asleep()
            awake = [name for name in ready if name not in sleeping]
            if not awake:
                self.redundant = True
                return next(iter(ready))
            # Staying with one actor makes the first run a serial one, in which races are plain to see.
            stay = [name for name in awake if self._nodes and name == self._nodes[-1].chosen]
            chosen = (stay or awake)[0]
            node = Node(ready, sleeping, chosen, {chosen})
            self._nodes.append(node)
        self._depth += 1
        return node.chosen

    def _asleep(self) -> dict[str, Step]:
        if not self._nodes:
            return {}
        above = self._nodes[-1]
        resting = above.sleeping | {name: above.ready[name] for name in above.tried}
        return {name: step for name, step in resting.items() if independent(step, above.taken)}

    def _note_races(self) -> None:
        known: dict[str, int] = {}  # of each actor: the last step of the other one that surely came before
        for place, node in enumerate(self._nodes):
            before = known.get(node.chosen, -1)
            for earlier in range(place - 1, before, -1):
                other = self._nodes[earlier]
                if other.chosen != node.chosen and not independent(other.taken, node.taken):
                    other.wanted |= {node.chosen} if node.chosen in other.ready else set(other.ready)
                    known[node.chosen] = earlier
                    break

    def _next_order(self) -> bool:
        while self._nodes:
            node = self._nodes[-1]
            node.tried.add(node.chosen)
            left = [name for name in node.ready if name in node.wanted - node.tried and name not in node.sleeping]
            if left:
                node.chosen = left[0]
                return True
            self._nodes.pop()
        return False
