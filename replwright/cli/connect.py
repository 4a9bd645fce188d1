"""From settings to a live ledger: servers of your own, the running stack, or one that is started now."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from models.engine import make_engine
from models.ledger import PostgresLedger
from orchestration.errors import ServiceMissing
from orchestration.ports import Blobs, Hints
from replwright import settings as replwright_settings
from replwright.blobs import BlobStore
from replwright.local import stack
from replwright.repl.profile_code import PROFILE_CODE
from replwright.settings import Settings

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Services:
    """What a command talks to."""

    settings: Settings
    ledger: PostgresLedger
    hints: Hints
    blobs: Blobs

    def in_use(self) -> AbstractContextManager[None]:
        """Held while somebody waits for an answer, so that an idle stack does not stop meanwhile."""
        return stack.lease(self.settings) if stack.current(self.settings) else nullcontext()


def connect(*, start: bool = False, progress: Progress = lambda _: None) -> Services:
    """Find the services. `start` brings up the embedded stack if nothing is configured and none runs.

    Raises ServiceMissing that names what is missing and what to do.
    """
    settings = replwright_settings.load()
    if not (settings.database_url.get_secret_value() and settings.broker_url.get_secret_value()):
        endpoints = stack.attach(settings) or (stack.ensure(settings, progress) if start else None)
        if endpoints is None:
            raise ServiceMissing(
                "no stack runs here and no servers are configured",
                "run `replwright up`, or set REPLWRIGHT_DATABASE_URL and REPLWRIGHT_BROKER_URL",
            )
        os.environ.update(endpoints.environ())
        settings = replwright_settings.load()
    engine = make_engine(settings.database_url.get_secret_value(), "cli")
    ledger = PostgresLedger(engine, profile_code=PROFILE_CODE)
    blobs = BlobStore(settings.store_location, cache=settings.home / "cache")
    return Services(settings, ledger, _LazyHints(), blobs)


class _LazyHints:
    """Celery is imported when there is something to send: most commands only read."""

    def send(self, hints):  # type: ignore[no-untyped-def]
        if hints:
            from workers.app import app
            from workers.hints import CeleryHints

            CeleryHints(app).send(hints)
