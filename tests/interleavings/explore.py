"""Every order of the steps of two actors, but for orders that differ only by swaps that nobody can notice.

The search is depth first over choices, with sleep sets (Godefroid, 1996): what was tried at a node need not be tried
again below its siblings until a step that depends on it was taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.interleavings.steps import Step, independent


@dataclass(slots=True)
class Node:
    ready: dict[str, Step]
    sleeping: dict[str, Step]
    chosen: str
    tried: set[str] = field(default_factory=set)


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
            del self._nodes[self._depth :]
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
            node = Node(ready, sleeping, awake[0])
            self._nodes.append(node)
        self._depth += 1
        return node.chosen

    def _asleep(self) -> dict[str, Step]:
        if not self._nodes:
            return {}
        above = self._nodes[-1]
        taken = above.ready[above.chosen]
        resting = above.sleeping | {name: above.ready[name] for name in above.tried}
        return {name: step for name, step in resting.items() if independent(step, taken)}

    def _next_order(self) -> bool:
        while self._nodes:
            node = self._nodes[-1]
            node.tried.add(node.chosen)
            left = [name for name in node.ready if name not in node.tried and name not in node.sleeping]
            if left:
                node.chosen = left[0]
                return True
            self._nodes.pop()
        return False
