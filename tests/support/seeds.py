"""One seed a session, printed in its header: every random choice of a test is drawn from it.

REPLWRIGHT_TEST_SEED= repeats a session. The processes of a parallel session inherit it, so that they agree on names.
"""

import os
import random

import pytest

VARIABLE = "REPLWRIGHT_TEST_SEED"

SEED = int(os.environ.setdefault(VARIABLE, str(random.SystemRandom().randrange(10**9))))


def seeds(name: str, count: int) -> list[int]:
    """So many seeds for the test of this name."""
    chance = random.Random(f"{SEED} {name}")
    return [chance.randrange(10**6) for _ in range(count)]


def pytest_report_header(config: pytest.Config) -> str:
    return f"{VARIABLE}={SEED}"
