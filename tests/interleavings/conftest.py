"""The bench of these tests."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from models.ledger import PostgresLedger
from models.timing import Timing
from tests.interleavings.bench import Bench
from tests.interleavings.deeds import Hand
from tests.support.database import PROFILE_CODE, connections

# A world is silent or quiet by a minute, or not at all: a slow machine must not make it so.
_TIMING = Timing(dead_after_s=30, nudge_s=30)


@pytest.fixture
def bench(database_engine: Engine, database_url: str) -> Iterator[Bench]:
    def ledger(engine: Engine) -> PostgresLedger:
        return PostgresLedger(engine, profile_code=PROFILE_CODE, patience_s=0, timing=_TIMING)

    with connections(database_url, 1) as one, connections(database_url, 1) as other:
        yield Bench(ledger(database_engine), database_engine, [Hand(ledger(one), one), Hand(ledger(other), other)])
