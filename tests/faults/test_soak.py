"""A short soak: a stack of its own, jobs in flight, a handful of kills, and every promise at the end."""

import pytest

from tests.reliability.soak.report import markdown
from tests.reliability.soak.run import Plan, soak
from tests.reliability.soak.schedule import faults_of
from tests.support.seeds import seeds


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_jobs_end_with_exact_answers_under_random_kills() -> None:
    seed = seeds("soak", 1)[0]
    figures = soak(
        Plan(seed, minutes=3.0, faults=faults_of(["worker", "beat", "host"]), most_faults=5, in_flight=8), print
    )

    print(markdown(figures))
    assert figures["violations"] == []
    assert figures["faults_hit"] >= 3
    assert figures["jobs"]["accepted"] >= 8
    assert figures["jobs"]["by_reason"]["answered"] > 0
