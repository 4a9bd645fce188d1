"""The reconciler's thread: what fails is tried again, and nobody is drained on hearsay."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from orchestration.errors import ServiceMissing
from replwright.repl.pool import reconciler as reconciler_module
from replwright.repl.pool.reconciler import Reconciler
from tests.support.rig import until


@dataclass
class Cluster:
    """A pool with a host of an older release, that ends when it was told to drain twice."""

    told: list[str] = field(default_factory=list)
    failures: int = 0

    def ensure_hosts(self) -> int:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("Ray is away")
        return 1

    def wake(self) -> None:
        pass

    def releases(self) -> frozenset[str]:
        return frozenset({"new", "old"} if len(self.told) < 2 else {"new"})

    def drain(self, release: str) -> int:
        self.told.append(release)
        return 1


@contextmanager
def _running(reconciler: Reconciler) -> Iterator[Reconciler]:
    reconciler.start()
    try:
        yield reconciler
    finally:
        reconciler.stop()
        reconciler.join(60)


def test_a_host_is_told_until_it_is_gone_and_whatever_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(reconciler_module, "PERIOD_S", 0.01)
    cluster, answers = Cluster(failures=2), [None, {"old", "new"}]

    def of_workers() -> frozenset[str]:
        answer = answers.pop(0) if answers else {"new"}
        if answer is None:
            raise ServiceMissing("the database is away")
        return frozenset(answer)

    # when
    with _running(Reconciler(lambda: cluster, "new", of_workers, grace_s=0)) as reconciler:
        assert reconciler.started_at
        until(lambda: reconciler.succeeded_at and len(cluster.told) == 2, "the drain to be done")
        assert not reconciler.problem
    # then
    assert cluster.told == ["old", "old"]
    assert reconciler.hosts == 1


def test_while_the_ledger_is_away_nobody_is_drained(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(reconciler_module, "PERIOD_S", 0.01)
    cluster, asked = Cluster(), list[int]()

    def of_workers() -> frozenset[str]:
        asked.append(1)
        # away every other time: what was seen before does not count after it
        if len(asked) % 2:
            return frozenset({"new"})
        raise ServiceMissing("the database is away")

    # when
    with _running(Reconciler(lambda: cluster, "new", of_workers, grace_s=0.001)) as reconciler:
        until(lambda: len(asked) > 20, "many rounds")
        assert reconciler.succeeded_at
    # then
    assert cluster.told == []
