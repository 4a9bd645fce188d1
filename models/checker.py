"""The checker: reads only the database, and says which of the six promises it breaks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from models.engine import service_errors
from models.promises import ACCEPTED, ONCE
from models.promises_asked import ASKED, ENDED, ORDERED
from models.promises_named import NAMED

PROMISES = {
    1: "an accepted orchestration is never lost",
    2: "each outcome and each result is recorded exactly once",
    3: "what is committed is never asked for again",
    4: "results reach the model in the order of the plan",
    5: "every orchestration ends, with a reason, in time",
    6: "a named REPL has one writer at a time, in order, and its state is what its own run left",
}
MOST_OF_A_KIND = 20

# A reply that a retry gave up on is none: the same is asked anew, under a later number.
_REPLIES = """
SELECT c.request_hash, c.orchestration_id, max(s.ordinal) AS ordinal,
       max(c.created_at) FILTER (WHERE c.raw IS NOT NULL AND c.repair >= s.first_call) AS replied_at
FROM model_calls c JOIN steps s ON s.id = c.step_id GROUP BY c.request_hash, c.orchestration_id
"""
_PLAN_ORDER = """
SELECT t.task_id FROM repl_tasks t JOIN steps s ON s.id = t.step_id
WHERE t.orchestration_id = :id AND t.kind = 'spawn' AND t.plan_attempt = s.plan_attempt AND s.ordinal < :ordinal
ORDER BY s.ordinal, t.ordinal
"""


# One statement, hence one snapshot: it may run beside live traffic.
_ALL = text(
    " UNION ALL ".join(
        f"(SELECT {check.promise}, found.* FROM ({check.sql}) AS found (id, why) LIMIT :most)"  # noqa: S608
        for check in (*ACCEPTED, *ONCE, *ASKED, *ORDERED, *ENDED, *NAMED)
    )
)


@dataclass(frozen=True, slots=True)
class Violation:
    """`orchestration_id` is None where the database as a whole is wrong."""

    promise: int
    orchestration_id: UUID | None
    why: str

    def __str__(self) -> str:
        return f"promise {self.promise} ({PROMISES[self.promise]}): {self.orchestration_id or 'database'}: {self.why}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that the scripted model got: when, and the task ids of the results that it was shown, in order.

    Questions must differ between orchestrations, or the same hash would stand for several.
    """

    request_hash: str
    at: datetime
    saw: tuple[str, ...] = ()


def check(
    connection: Connection,
    *,
    accepted: Iterable[UUID | str] | None = None,
    asks: Sequence[Ask] | None = None,
    all_ended: bool = False,
    slack_s: float = 5.0,
) -> list[Violation]:
    """What is broken, empty if nothing is. Holds at any moment, but for `all_ended`: nothing may be open any more.

    `accepted` are the ids that the submitter was given, `asks` the requests that the model got. Raises ServiceMissing.
    """
    with service_errors(connection.engine):
        found = list(_rows(connection, slack_s))
        if accepted is not None:
            found += _lost(connection, [UUID(str(number)) for number in accepted])
        if asks is not None:
            found += _asked_again(connection, asks)
        if all_ended:
            open_ones = connection.execute(text("SELECT id, status FROM orchestrations WHERE ended_at IS NULL"))
            found += [Violation(5, row.id, f"it is still {row.status}") for row in open_ones]
    return found


def _rows(connection: Connection, slack_s: float) -> Iterator[Violation]:
    for promise, number, why in connection.execute(_ALL, {"slack_s": slack_s, "most": MOST_OF_A_KIND}):
        yield Violation(promise, number, why)


def _lost(connection: Connection, accepted: Sequence[UUID]) -> Iterator[Violation]:
    there = set(connection.execute(text("SELECT id FROM orchestrations")).scalars())
    if accepted and not there:
        yield Violation(1, None, f"{len(accepted)} orchestrations were accepted, but there is none")
    for number in accepted:
        if number not in there:
            yield Violation(1, number, "it was accepted, but there is no row")


def _asked_again(connection: Connection, asks: Sequence[Ask]) -> Iterator[Violation]:
    by_hash: dict[str, list[Ask]] = defaultdict(list)
    for ask in asks:
        by_hash[ask.request_hash].append(ask)
    for row in connection.execute(text(_REPLIES)).all():
        asked = by_hash.get(row.request_hash, [])
        if row.replied_at is not None and not asked:
            yield Violation(3, row.orchestration_id, f"a reply to {row.request_hash} that nobody asked for")
        late = [ask for ask in asked if row.replied_at is not None and ask.at > row.replied_at]
        if late:
            why = f"request {row.request_hash} was asked {len(late)} times after its reply was committed"
            yield Violation(3, row.orchestration_id, why)
        planned = connection.execute(text(_PLAN_ORDER), {"id": row.orchestration_id, "ordinal": row.ordinal})
        order = {task_id: place for place, task_id in enumerate(planned.scalars())}
        for ask in asked:
            places = [order.get(task_id, -1) for task_id in ask.saw]
            if places != sorted(places) or -1 in places:
                yield Violation(4, row.orchestration_id, f"the model saw {list(ask.saw)}, not in the plan's order")
