"""The promises at the end of a soak: the checker over the database, the accepted ids and the model's log."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.checker import check
from orchestration.errors import ReplwrightError
from tests.reliability.soak.asks import asks_of
from tests.reliability.soak.book import Book
from tests.reliability.soak.eyes import Eyes
from tests.reliability.soak.recovery import Struck
from tests.reliability.soak.schedule import Fault

# One sweep, in which a deadline is seen, and the time that a busy machine takes to act on it.
SWEEP_S = 5.0
_COUNTED = {"lost": 1, "answered_twice": 2, "asked_again": 3, "stuck": 5}
_OUTAGES = frozenset({Fault.POSTGRES, Fault.POSTGRES_QUIT, Fault.POSTGRES_FAST})
_LATEST = "SELECT coalesce(max(extract(epoch FROM ended_at - deadline_at)), 0) FROM orchestrations"
_SWEEPERS = """
SELECT extract(epoch FROM started_at) AS came, extract(epoch FROM seen_at) AS seen
FROM processes WHERE kind IN ('worker', 'beat')
"""
_LATE_REPLIES = "SELECT count(*) FROM model_calls WHERE failure LIKE 'came too late%'"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`latest_s` is the longest that a job went on after its deadline."""

    violations: tuple[str, ...]
    counts: dict[str, int]
    late: dict[str, int]
    latest_s: float


def slack_s(struck: Sequence[Struck], sweepers: Sequence[tuple[float, float]]) -> float:
    """One sweep, and the longest time without PostgreSQL, or without any sweeper: then nothing can end.

    `sweepers` are when each process that sweeps came and was last seen, in Unix seconds.
    """
    outage = max((each.served_s or 0.0 for each in struck if each.fault in _OUTAGES), default=0.0)
    return SWEEP_S + max(outage, longest_gap(sweepers))


def longest_gap(spans: Sequence[tuple[float, float]]) -> float:
    """The longest time between the first and the last that no span covers."""
    longest, covered = 0.0, float("inf")
    for start, end in sorted(spans):
        longest = max(longest, start - covered)
        covered = end if covered == float("inf") else max(covered, end)
    return longest


def judge(eyes: Eyes, log: Path, book: Book, struck: Sequence[Struck]) -> Verdict:
    """After the drain: everything has ended. Without a database nothing is known, and that is a violation."""
    try:
        return _judge(eyes, log, book, struck)
    except (TimeoutError, ReplwrightError) as error:
        return Verdict((f"the promises could not be checked: {error}",), dict.fromkeys(_COUNTED, 0), {}, 0.0)


def _judge(eyes: Eyes, log: Path, book: Book, struck: Sequence[Struck]) -> Verdict:
    asks, wrong = asks_of(log, eyes, book.ids)
    sweepers = [(float(row.came), float(row.seen)) for row in eyes.rows(_SWEEPERS)]
    with eyes.engine.connect() as connection:
        found = check(
            connection, accepted=list(book.ids.values()), asks=asks, all_ended=True, slack_s=slack_s(struck, sweepers)
        )
    by_promise = [each.promise for each in found]
    return Verdict(
        violations=(*map(str, found), *wrong),
        counts={name: by_promise.count(promise) for name, promise in _COUNTED.items()},
        late={"replies kept as too late": int(eyes.rows(_LATE_REPLIES)[0][0])},
        latest_s=round(max(0.0, float(eyes.rows(_LATEST)[0][0])), 1),
    )
