"""Run a piece of work in one transaction, again when the connection was cut or a deadlock was resolved on us."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from models.engine import is_unreachable, service_errors, sqlstate

Result = TypeVar("Result")

_ROLLED_BACK = frozenset({"40001", "40P01"})
_QUICK_TRIES = 2


def transact(engine: Engine, work: Callable[[Connection], Result], patience_s: float = 0.0) -> Result:
    """The result of `work`, committed. Raises ServiceMissing once `patience_s` seconds of cuts are over.

    After a cut nobody knows whether the commit happened, so `work` must be such that a second run finds what the
    first one did: every query of the ledger is, by a key or a fence.
    """
    give_up_at = time.monotonic() + patience_s
    tries = 0
    with service_errors(engine):
        while True:
            tries += 1
            try:
                with engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                rolled_back = sqlstate(error) in _ROLLED_BACK
                if not rolled_back and not is_unreachable(error):
                    raise
                # A pooled connection may simply be old, so that the first cut says nothing about the server.
                if tries >= _QUICK_TRIES and time.monotonic() >= give_up_at:
                    raise
            time.sleep(random.uniform(0.02, 0.1) * min(tries, 5))  # noqa: S311
