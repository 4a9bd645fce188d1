"""`celery -A tests.support.failing_app`: the product's app, its ledger and hints wrapped by failpoints."""

from typing import Any

from tests.support.failpoints import Failing
from workers import wiring
from workers.app import app

_ledger, _hints = wiring.ledger(), wiring.hints()


def _wire(name: str, port: Any) -> None:
    setattr(wiring, name, lambda: Failing(port))


_wire("ledger", _ledger)
_wire("hints", _hints)

__all__ = ["app"]
