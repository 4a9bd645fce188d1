"""One soak from its start to its report: a stack of its own, jobs, faults, the drain, and the promises at the end."""

import random
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from redis.backoff import NoBackoff
from redis.retry import Retry

from models.ledger import PostgresLedger
from replwright.blobs import BlobStore
from replwright.local import stack
from replwright.local.endpoints import Endpoints
from replwright.local.state import Phase
from replwright.repl.profile_code import PROFILE_CODE
from replwright.settings import Settings
from tests.reliability.soak import report
from tests.reliability.soak.book import Book
from tests.reliability.soak.eyes import Eyes
from tests.reliability.soak.faults import Faults
from tests.reliability.soak.feeder import Feeder
from tests.reliability.soak.model import SoakModel
from tests.reliability.soak.refusals import Refusals
from tests.reliability.soak.schedule import Fault
from tests.reliability.soak.strikes import Strikes
from tests.reliability.soak.targets import Targets
from tests.reliability.soak.verdict import Verdict, judge
from tests.support.homes import family, left_behind
from workers.config import celery_settings
from workers.hints import CeleryHints

WARM_UP_S = 120.0
DRAIN_S = 300.0
TICK_S, LOGS_S = 0.1, 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a soak: it ends after `minutes`, or once so many faults hit."""

    seed: int
    minutes: float
    faults: tuple[Fault, ...]
    most_faults: int | None = None
    in_flight: int = 30
    keep: bool = False


def soak(plan: Plan, tell: Callable[[str], None]) -> dict[str, Any]:
    """The figures of the report. Where a promise is broken, the home with its logs and its database is kept."""
    home = Path(tempfile.mkdtemp(prefix="rw-soak-"))
    tell(f"soak of {plan.minutes:g} min, seed {plan.seed}, in {home}")
    with SoakModel(plan.seed, home / "asked.jsonl") as model:
        settings = Settings(
            home=home,
            model="scripted",
            model_base_url=model.base_url,
            model_api_key="test-key",  # type: ignore[arg-type]
        )
        try:
            figures = _Soak(plan, settings, model, tell).run()
        except BaseException:
            stack.stop(settings)
            tell(f"the soak itself failed; its logs are kept in {home}")
            raise
    if figures["kept"] is None:
        shutil.rmtree(home, ignore_errors=True)
    return figures


class _Soak:
    """Everything that one soak holds."""

    def __init__(self, plan: Plan, settings: Settings, model: SoakModel, tell: Callable[[str], None]) -> None:
        self._plan, self._settings, self._model, self._tell = plan, settings, model, tell
        self._home = settings.home
        self._book = Book()
        self._logs_read = 0.0

    def run(self) -> dict[str, Any]:
        endpoints = stack.ensure(self._settings, stops_when_idle=False, ends_with_caller=True)
        with ExitStack() as closing:
            eyes = Eyes(endpoints.database_url)
            closing.callback(eyes.close)
            hints = CeleryHints(_app(endpoints))
            ledger_eyes = Eyes(endpoints.database_url)
            closing.callback(ledger_eyes.close)
            ledger = PostgresLedger(ledger_eyes.engine, profile_code=PROFILE_CODE)
            blobs = BlobStore(self._settings.store_location, cache=self._home / "cache")
            feeder = Feeder(self._plan.seed, self._plan.in_flight, ledger, hints, blobs, ledger_eyes, self._book)
            broker = redis.Redis.from_url(endpoints.broker_url, socket_timeout=2, retry=Retry(NoBackoff(), 0))
            closing.callback(broker.close)
            faults = Faults(
                Targets(self._settings, eyes),
                eyes,
                hints,
                broker,
                lambda: self._book.open,
                random.Random(self._plan.seed),
            )
            refusals = Refusals(self._home / "logs", self._ray_folder())
            servers = _servers(eyes, broker)
            feeder.start()
            closing.callback(feeder.close)
            started = time.monotonic()
            strikes, drained_s = self._strike(faults, feeder, refusals)
            seconds = time.monotonic() - started
            verdict = judge(eyes, self._home / "asked.jsonl", self._book, strikes.struck)
            refusals.look()
        return self._figures(strikes, verdict, refusals, servers, seconds, drained_s)

    def _strike(self, faults: Faults, feeder: Feeder, refusals: Refusals) -> tuple[Strikes, float]:
        """Faults until the time is over, then what is left runs to its end."""
        strikes = Strikes(self._plan.seed, self._plan.faults, faults, self._tell)
        try:
            # Nothing is struck before it served: the first start is no recovery.
            self._wait(strikes, refusals, WARM_UP_S, lambda: bool(self._book.ends))
            until = time.monotonic() + self._plan.minutes * 60
            while time.monotonic() < until and not self._enough(strikes) and self._lives():
                strikes.tick(time.monotonic())
                self._read_logs(refusals)
                time.sleep(TICK_S)
        finally:
            faults.end()
        self._tell(f"{len(strikes.struck)} faults tried; no more from now on, {len(self._book.open)} jobs are open")
        feeder.stop_feeding()
        started = time.monotonic()
        self._wait(strikes, refusals, DRAIN_S, lambda: not self._book.open and not strikes.watched)
        for number in self._book.open:
            self._book.blame(f"{number} had not ended {DRAIN_S:.0f} s after the last fault")
        return strikes, round(time.monotonic() - started, 1)

    def _enough(self, strikes: Strikes) -> bool:
        most = self._plan.most_faults
        return most is not None and sum(each.hit for each in strikes.struck) >= most

    def _wait(self, strikes: Strikes, refusals: Refusals, seconds: float, over: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not over() and self._lives():
            strikes.look(time.monotonic())
            self._read_logs(refusals)
            time.sleep(TICK_S)

    def _read_logs(self, refusals: Refusals) -> None:
        if time.monotonic() - self._logs_read > LOGS_S:
            refusals.look()
            self._logs_read = time.monotonic()

    def _lives(self) -> bool:
        state = stack.current(self._settings)
        if state is None or state.phase is not Phase.READY:
            error = state.error if state else None
            self._book.blame(f"the stack ended by itself: {error or 'see stack.log'}")
            return False
        return True

    def _ray_folder(self) -> Path:
        return self._home / "run" / "r"

    def _figures(
        self,
        strikes: Strikes,
        verdict: Verdict,
        refusals: Refusals,
        servers: str,
        seconds: float,
        drained_s: float,
    ) -> dict[str, Any]:
        members = family(self._settings) if stack.current(self._settings) else []
        stack.stop(self._settings)
        left = [f"left running after the stop: {each}" for each in left_behind(members, self._settings)]
        violations = [*dict.fromkeys(self._book.wrong), *verdict.violations, *left]
        kinds = report.by_kind(strikes.struck)
        return {
            "seed": self._plan.seed,
            "seconds": round(seconds, 1),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "in_flight": self._plan.in_flight,
            "faults_tried": len(strikes.struck),
            "faults_hit": sum(each.hit for each in strikes.struck),
            "faults": kinds,
            "goals_missed": [*report.missed_goals(kinds), *strikes.unrecovered],
            "jobs": self._book.tally() | verdict.counts,
            "late": {**refusals.counted, **verdict.late},
            "errors_logged": dict(refusals.errors.most_common()),
            "model_requests": self._model.asked,
            "latest_s": verdict.latest_s,
            "drain_s": drained_s,
            "violations": violations,
            "kept": str(self._home) if violations or self._plan.keep else None,
            "servers": servers,
            "machine": report.machine(),
            "each": strikes.as_json(),
        }


def _app(endpoints: Endpoints) -> Celery:
    """A sender of hints, as the command line is one."""
    app = Celery("soak", set_as_current=False)
    app.conf.update(celery_settings(Settings(broker_url=endpoints.broker_url)))  # type: ignore[arg-type]
    return app


def _servers(eyes: Eyes, broker: "redis.Redis") -> str:
    postgres = eyes.rows("SHOW server_version")[0][0]
    valkey: Any = broker.info("server")
    return f"PostgreSQL {postgres}, Valkey {valkey.get('valkey_version', valkey['redis_version'])}"
