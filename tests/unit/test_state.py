"""REPLState as the model sees it: in order, and under a cap however much was printed."""

from hypothesis import given
from hypothesis import strategies as st

from orchestration.state import RESULTS_CAP_CHARS, assemble, fair_share, fit, shorten
from orchestration.states import Reason
from orchestration.tools import REPLResult
from tests.support.turns import turn


def result(task_id: str, stdout: str, stderr: str | None = None) -> REPLResult:
    return REPLResult(task_id, is_success=True, stdout=stdout, stderr=stderr)


def test_results_keep_their_order_and_limits_are_told() -> None:
    at = turn(ordinal=2, results=(result("b", "2"), result("a", "1")), spawned=3)
    state = assemble(at, ["bad id"], Reason.STEP_LIMIT)
    assert [each.task_id for each in state.completed_results] == ["b", "a"]
    assert (state.steps_left, state.spawns_left, state.final_call) == (18, 997, "step_limit")
    assert state.plan_errors == ("bad id",)


def test_short_texts_stay_whole_beside_a_long_one_which_keeps_head_and_tail() -> None:
    short, long = fit([result("s", "42"), result("l", "A" + "x" * 10**6 + "Z")], 1000)
    assert short.stdout == "42"
    assert long.stdout.startswith("A")
    assert long.stdout.endswith("Z")
    assert "left out" in long.stdout
    assert len(long.stdout) <= 1000


@given(st.lists(st.tuples(st.text(max_size=300), st.none() | st.text(max_size=300)), max_size=20), st.integers(0, 2000))
def test_all_texts_together_stay_within_the_cap(texts: list[tuple[str, str | None]], cap: int) -> None:
    fitted = fit([result(str(n), out, err) for n, (out, err) in enumerate(texts)], cap)
    assert sum(len(each.stdout) + len(each.stderr or "") for each in fitted) <= cap


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(0, 20_000))
def test_a_share_is_fair_and_wastes_nothing(sizes: list[int], cap: int) -> None:
    share = fair_share(sizes, cap)
    used = sum(min(size, share) for size in sizes)
    assert used <= cap
    assert used == sum(sizes) or used > cap - len(sizes)


@given(st.text(max_size=500), st.integers(0, 600))
def test_shortening_never_exceeds_the_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


def test_two_hundred_full_results_cost_a_turn_no_more_than_the_cap() -> None:
    state = assemble(turn(results=tuple(result(str(n), "y" * 64_000) for n in range(200))))
    assert sum(len(each.stdout) for each in state.completed_results) <= RESULTS_CAP_CHARS
