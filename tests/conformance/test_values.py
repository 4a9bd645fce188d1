"""The last expression's value: its text as a REPL shows it, and JSON where JSON carries it faithfully."""

import json

import pytest

from orchestration.states import EngineName
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize(
    ("code", "value", "value_json"),
    [
        ("1 + 1", "2", "2"),
        ("True", "True", "true"),
        ("None", None, None),
        ("x = 5", None, None),
        ("", None, None),
        ("2.5", "2.5", "2.5"),
        ("0.1 + 0.2", "0.30000000000000004", "0.30000000000000004"),
        ("-766040965888582.25", "-766040965888582.2", "-766040965888582.2"),
        ("[-766040965888582.25]", "[-766040965888582.2]", "[-766040965888582.2]"),
        ("{1: -766040965888582.25}", "{1: -766040965888582.2}", None),
        ("10 ** 40", "1" + "0" * 40, "1" + "0" * 40),
        ("-(2 ** 70)", str(-(2**70)), str(-(2**70))),
        ("float('nan')", "nan", None),
        ("[float('inf')]", "[inf]", None),
        ("'it\\'s \"quoted\"\\n'", repr('it\'s "quoted"\n'), json.dumps('it\'s "quoted"\n')),
        ("'naïve 日本 🎉'", "'naïve 日本 🎉'", '"naïve 日本 🎉"'),
        ("'a\\x00b'", "'a\\x00b'", None),
        ("[1, [2, {'a': None}], True]", "[1, [2, {'a': None}], True]", '[1, [2, {"a": null}], true]'),
        ("(1, 'two')", "(1, 'two')", '[1, "two"]'),
        ("(1,)", "(1,)", "[1]"),
        ("{'b': 1, 'a': 2}", "{'b': 1, 'a': 2}", '{"b": 1, "a": 2}'),
        ("{1: 2}", "{1: 2}", None),
        ("{7}", "{7}", None),
        ("frozenset([7])", "frozenset({7})", None),
        ("b'ab'", "b'ab'", None),
        ("range(3)", "range(0, 3)", None),
        ("1, 2  # a comment", "(1, 2)", "[1, 2]"),
        ("x = 3; x", "3", "3"),
        ("(1 +\n 2)", "3", "3"),
        ("(n := 4)", "4", "4"),
        ("def f():\n    return 7\nf()", "7", "7"),
        ("repr = len = 5\n'still shown'", "'still shown'", '"still shown"'),
        ("if True:\n    5", None, None),
    ],
)
def test_a_value_is_shown_and_is_json_where_that_is_faithful(
    sandbox: Sandbox, engine: EngineName, code: str, value: str | None, value_json: str | None
) -> None:
    outcome = sandbox.run(code, engine=engine)

    assert (outcome.is_success, outcome.engine) == (True, engine), outcome.stderr
    assert (outcome.value, outcome.value_json) == (value, value_json)


@pytest.mark.parametrize("code", ["'x' * 5000", "list(range(2000))", "'é' * 3000"])
def test_a_long_value_is_cut_in_the_middle_alike_and_is_no_json(
    sandbox: Sandbox, engine: EngineName, code: str
) -> None:
    outcome = sandbox.run(code, engine=engine, value_bytes=1000)

    shown = repr(eval(code))
    assert outcome.value is not None
    assert len(outcome.value.encode()) <= 1000
    assert f"[... {len(shown.encode()) - 1000} bytes cut ...]" in outcome.value
    assert (outcome.value[:50], outcome.value[-50:]) == (shown[:50], shown[-50:])
    assert outcome.value_json is None


def test_a_huge_value_is_cut_before_it_comes_back(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("'x' * 30_000_000", engine=engine)

    assert outcome.value is not None
    assert len(outcome.value) <= 64 * 1024
    assert outcome.value.startswith("'xxx")
    assert outcome.value.endswith("xxx'")
    assert f"[... {30_000_002 - 64 * 1024} bytes cut ...]" in outcome.value


def test_a_value_whose_repr_fails_is_a_failed_run(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("class A:\n    def __repr__(self):\n        return 1 / 0\nA()", engine=engine)

    assert (outcome.is_success, outcome.error_kind, outcome.value) == (False, "exception", None)
    assert outcome.stderr is not None
    assert "ZeroDivisionError" in outcome.stderr
