"""Names of REPLs: which are taken, and that nothing else about a plan depends on them."""

import string
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.limits import MAX_REPL_NAME_CHARS
from orchestration.plan import PlanRules, problems_of
from orchestration.tools import Resume
from tests.support.turns import spawn

ALLOWED = string.ascii_letters + string.digits + "_-."
names = st.text(ALLOWED, min_size=1, max_size=MAX_REPL_NAME_CHARS)


@settings(deadline=None)
@given(st.lists(st.none() | names, min_size=1, max_size=20))
def test_tasks_may_share_any_names(repls: list[str | None]) -> None:
    plan = [spawn(f"t{place}", repl=name) for place, name in enumerate(repls)]
    assert problems_of([*plan, Resume()], PlanRules()) == ()


@settings(deadline=None)
@given(st.text(max_size=2 * MAX_REPL_NAME_CHARS))
def test_a_name_is_refused_for_its_letters_or_its_length_alone(name: str) -> None:
    allowed = 1 <= len(name) <= MAX_REPL_NAME_CHARS and set(name) <= set(ALLOWED)
    assert (problems_of([spawn(repl=name)], PlanRules()) == ()) is allowed


@settings(deadline=None)
@given(names, st.sampled_from([{"code": "def f(:"}, {"context_data": "{"}, {"timeout_seconds": 0}]))
def test_a_named_repl_excuses_nothing(name: str, wrong: dict[str, object]) -> None:
    fresh = spawn(**wrong)  # type: ignore[arg-type]
    rules = PlanRules()
    assert problems_of([replace(fresh, repl=name)], rules) == problems_of([fresh], rules) != ()
