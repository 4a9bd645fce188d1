"""Assemble REPLState as the model sees it: results in plan order, their text under one total cap, shared out."""

from collections.abc import Sequence
from dataclasses import replace

from orchestration.records import Turn
from orchestration.states import Reason
from orchestration.tools import REPLResult, REPLState

# A turn's cost must stay bounded however much the REPLs printed; the rows keep everything.
RESULTS_CAP_CHARS = 60_000
MAX_MESSAGES = 20


def assemble(turn: Turn, problems: Sequence[str] = (), last: Reason | None = None) -> REPLState:
    """The state for one call of the model. `problems` are of its rejected reply, `last` a limit that was reached."""
    return REPLState(
        recent_messages=turn.messages[-MAX_MESSAGES:],
        completed_results=fit(turn.results, RESULTS_CAP_CHARS),
        session_id=turn.session_id,
        inputs=turn.profiles,
        plan_errors=tuple(problems),
        steps_left=max(0, turn.limits.max_steps - turn.claim.ordinal),
        spawns_left=max(0, turn.limits.max_spawns - turn.spawned),
        final_call=last.value if last else None,
    )


def fit(results: Sequence[REPLResult], cap: int) -> tuple[REPLResult, ...]:
    """The same results with their texts cut so that all of them together stay within `cap` characters.

    Short texts stay whole; what they leave is shared equally by the long ones, each of which keeps its head and
    its tail and says how much is missing.
    """
    texts = [len(text) for result in results for text in _texts(result)]
    share = fair_share(texts, cap)
    return tuple(
        replace(
            result,
            stdout=shorten(result.stdout, share),
            stderr=result.stderr and shorten(result.stderr, share),
            value=result.value and shorten(result.value, share),
            value_json=None,
        )
        for result in results
    )


def fair_share(sizes: Sequence[int], cap: int) -> int:
    """The largest allowance per item under which the items, each cut to it, fit into `cap` together."""
    left = cap
    ordered = sorted(sizes)
    for index, size in enumerate(ordered):
        equal = left // (len(ordered) - index)
        if size > equal:
            return equal
        left -= size
    return cap


def shorten(text: str, limit: int) -> str:
    """`text`, or its head and tail around a mark that counts the characters left out."""
    if len(text) <= limit:
        return text
    mark = f"\n[... {len(text) - limit} of {len(text)} characters left out ...]\n"
    keep = max(0, limit - len(mark))
    head = keep - keep // 2
    return text[:head] + mark + text[len(text) - keep // 2 :] if keep else mark.strip()[:limit]


def _texts(result: REPLResult) -> tuple[str, ...]:
    return tuple(text for text in (result.stdout, result.stderr, result.value) if text)
