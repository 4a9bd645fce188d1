"""`auto`: what it gives to the rust engine behaves there as in cpython; what it cannot judge stays with cpython."""

import pytest
from hypothesis import HealthCheck, assume, given, settings

from orchestration.repl_job import NamedState, ReplJob
from orchestration.states import EngineName
from replwright.repl.host.choose import engine_of, flavour_of
from replwright.repl.host.flavours import Flavour
from tests.conformance.programs import PROGRAMS
from tests.support.sandbox import Sandbox


@settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(code=PROGRAMS)
def test_what_auto_gives_to_rust_behaves_as_in_cpython(sandbox: Sandbox, code: str) -> None:
    assume(engine_of(ReplJob(code)) is EngineName.RUST)

    jobs = [sandbox.submit(code, engine=each, group="alike") for each in (EngineName.CPYTHON, EngineName.RUST)]
    cpython, rust = (sandbox.outcome(job) for job in jobs)

    told = f"{code}\n--- cpython\n{cpython.stderr}\n--- rust\n{rust.stderr}"
    assert rust.stdout == cpython.stdout, told
    assert (rust.value, rust.value_json) == (cpython.value, cpython.value_json), told
    assert (rust.is_success, rust.error_kind) == (cpython.is_success, cpython.error_kind), told


@pytest.mark.parametrize(
    "code",
    [
        "1 + 1",
        "sum(range(101))",
        "n = {}\nfor w in 'a b a'.split():\n    n[w] = n.get(w, 0) + 1\nprint(sorted(n.items()))",
        "context['a'] / 3",
        "def double(n):\n    return n * 2\n[double(x) for x in range(3)]",
        "import math\nmath.sqrt(2)",
        "print(f'{1 / 3:.2f}')",
        "sorted({3, 1})",
    ],
)
def test_plain_computation_goes_to_rust(code: str) -> None:
    assert engine_of(ReplJob(code)) is EngineName.RUST


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import pandas", "not there"),
        ("inputs['a']", "files"),
        ("open('outputs/x', 'w')", "files"),
        ("print(1 / 3)", "the digits of a float"),
        ("str(context)", "the digits of a float"),
        ("round(2.675, 2)", "digits"),
        ("{3, 1}", "the order of a set"),
        ("for x in {'a', 'b'}:\n    print(x)", "the order of a set"),
        ("max({'a': 1}, key={'a': 1}.get)", "a method as a value"),
        ("print(len)", "a function shown"),
        ("map(str, [1])", "an iterator shown"),
        ("def f(n):\n    return f(n - 1)", "recursion"),
        ("class A:\n    pass", "classes"),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(e)", "messages of errors"),
        ("'é'.upper()", "tables of Unicode"),
        ("'\\u00e9'", "tables of Unicode"),
        ("sum = 3\nsum", "a builtin given another meaning"),
        ("hash(1)", "not tried"),
        ("x = 1\ndel x", "syntax"),
        ("def", "no Python"),
        ("(" * 5000, "no Python"),
        ("-" * 200_001 + "1", "too long to look at"),
    ],
)
def test_what_is_not_known_to_be_alike_stays_with_cpython(code: str, why: str) -> None:
    assert engine_of(ReplJob(code)) is EngineName.CPYTHON, why


def test_a_jobs_surroundings_count_too() -> None:
    named = NamedState("n", 0, 1)

    assert engine_of(ReplJob("1", named=named)) is EngineName.CPYTHON
    assert engine_of(ReplJob("1", named=NamedState("n", 1, 2, engine=EngineName.RUST))) is EngineName.RUST
    assert engine_of(ReplJob("f()", functions=("f",))) is EngineName.CPYTHON
    assert engine_of(ReplJob("context", context_data='"\\u00e9"')) is EngineName.CPYTHON
    assert engine_of(ReplJob("context", context_data="[NaN]")) is EngineName.CPYTHON


@pytest.mark.parametrize(
    ("code", "flavour"),
    [
        ("1 + 1", Flavour.BARE),
        ("import json, math", Flavour.BARE),
        ("def", Flavour.BARE),
        ("import pandas as pd", Flavour.DATA),
        ("from numpy import mean", Flavour.DATA),
        ("inputs_df['a']", Flavour.DATA),
        ("def f():\n    import openpyxl", Flavour.DATA),
        ("import somebody_elses", Flavour.DATA),
        ("import pandas\nimport matplotlib.pyplot as plt", Flavour.PLOT),
        ("from scipy import stats", Flavour.PLOT),
    ],
)
def test_the_flavour_is_read_from_the_code(code: str, flavour: Flavour) -> None:
    assert flavour_of(code) is flavour
