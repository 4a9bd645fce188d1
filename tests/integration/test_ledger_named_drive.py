"""Sessions of many questions over hosts that die: whatever happens, the n-th run of a named REPL counts to n."""

import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, text

from models.checker import check
from models.ledger import PostgresLedger
from orchestration.records import ClaimedTask, NewOrchestration
from orchestration.states import Reason, StateKind
from tests.support.counting import landing
from tests.support.database import Clock
from tests.support.driver import spawn
from tests.support.seeds import seeds

_VALUES = """
SELECT repl.name, array_agg(result.value ORDER BY task.seq) AS counted
FROM named_repls repl JOIN repl_tasks task ON task.named_repl_id = repl.id
JOIN repl_task_results result ON result.repl_task_id = task.id GROUP BY repl.id, repl.name
"""


@dataclass(slots=True)
class Hosts:
    """Two hosts that run tasks in any order, and die now and then; the dead still try to land what they had."""

    ledger: PostgresLedger
    clock: Clock
    chance: random.Random
    running: dict[int, list[ClaimedTask]] = field(default_factory=dict)
    deaths: int = 0

    def run(self) -> bool:
        """Something that a host does. False if there is nothing left to do."""
        while len(self.running) < 2:
            self.running[self.ledger.register("host", "n", 1, "r")] = []
        host = self.chance.choice(list(self.running))
        self.running[host] += self.ledger.claim_tasks(host, self.chance.randint(1, 3))
        if not any(self.running.values()):
            return False
        if self.running[host] and self.deaths < 6 and self.chance.random() < 0.2:
            self._die(host)
        elif tasks := self.running[host]:
            task = tasks.pop(self.chance.randrange(len(tasks)))
            kind = self.chance.choice([StateKind.SAVED, StateKind.TOO_BIG])
            assert self.ledger.land(host, [landing(task, kind)]).landed == (task.id,)
        return True

    def _die(self, host: int) -> None:
        self.deaths += 1
        self.clock.advance(9)
        for other in self.running:
            if other != host:
                self.ledger.pulse(other)
        self.ledger.sweep()
        for task in self.running.pop(host):
            assert self.ledger.land(host, [landing(task)]).refused == (task.id,)


@pytest.mark.parametrize("seed", seeds("named drive", 3))
def test_every_run_counts_once_in_the_order_of_the_plans(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    hosts = Hosts(ledger, clock, chance)
    names = [None, "r", "q", "long.lived-1"]
    ids = [ledger.submit(NewOrchestration(f"q{n}", "m", session_id=f"s{n % 2}")).id for n in range(6)]
    planned = 0
    for number in ids:
        for step in range(chance.randint(1, 2)):
            # given
            claim = ledger.claim_step(number, ledger.register("worker", "n", 1, "r"), None)
            assert claim
            tasks = [spawn(f"t{step}_{n}", repl=chance.choice(names)) for n in range(chance.randint(1, 6))]
            planned += sum(task.repl is not None for task in tasks)
            ledger.commit_plan(claim, tasks, None)
            # when
            while hosts.run():
                pass
        claim = ledger.claim_step(number, ledger.register("worker", "n", 1, "r"), None)
        assert claim
        ledger.finish(claim, Reason.ANSWERED, "done", None)
    # then
    with database_engine.connect() as connection:
        counted = [row.counted for row in connection.execute(text(_VALUES))]
        assert counted == [[str(n) for n in range(1, len(each) + 1)] for each in counted]
        assert sum(map(len, counted)) == planned
        assert check(connection, accepted=ids, all_ended=True) == []
