"""The bench of these tests."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from models.ledger import PostgresLedger
from tests.interleavings.bench import Bench
from tests.interleavings.deeds import Hand
from tests.support.database import PROFILE_CODE, connections


@pytest.fixture
def bench(ledger: PostgresLedger, database_engine: Engine, database_url: str) -> Iterator[Bench]:
    with connections(database_url, 1) as one, connections(database_url, 1) as other:
        hands = [Hand(PostgresLedger(e, profile_code=PROFILE_CODE, patience_s=0), e) for e in (one, other)]
        yield Bench(ledger, database_engine, hands)
