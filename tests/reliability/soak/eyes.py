"""Reads the database from outside of the stack, and outlives its outages."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError

from models.engine import is_unreachable, make_engine

PATIENCE_S = 60.0


class Eyes:
    """Connections of the harness's own. A query is asked until it is answered, or once."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url, "soak", 6)

    def once(self, sql: str, **values: Any) -> Sequence[Row[Any]] | None:
        """The rows, or None while the database is away."""
        try:
            with self.engine.begin() as connection:
                return connection.execute(text(sql), values).all()
        except DBAPIError as error:
            if not is_unreachable(error):
                raise
            return None

    def rows(self, sql: str, **values: Any) -> Sequence[Row[Any]]:
        """The rows, once the database is there. Raises TimeoutError after a minute."""
        give_up_at = time.monotonic() + PATIENCE_S
        while (found := self.once(sql, **values)) is None:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"the database did not answer for {PATIENCE_S:.0f} s")
            time.sleep(0.1)
        return found

    def close(self) -> None:
        self.engine.dispose()
