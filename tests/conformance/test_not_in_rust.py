"""What the rust engine has not: each is refused before it runs, by one line that names it and what helps."""

from pathlib import Path

import pytest

from orchestration.repl_job import NamedState
from orchestration.states import EngineName, ErrorKind, StateKind
from tests.support.sandbox import Sandbox

NOT_IN_RUST = [
    ("import pandas as pd", "the module 'pandas' (line 1)"),
    ("print(1)\nimport numpy", "the module 'numpy' (line 2)"),
    ("from statistics import mean", "the module 'statistics' (line 1)"),
    ("import matplotlib.pyplot as plt", "the module 'matplotlib.pyplot' (line 1)"),
    ("import io, string", "the module 'io' (line 1)"),
    ("inputs['prices']", "input files (`inputs`) (line 1)"),
    ("x = 1\ninputs_df['prices'].sum()", "input files (`inputs_df`) (line 2)"),
    ("open('outputs/a.txt', 'w')", "`open` (line 1)"),
    ("results['a'].artifacts['b.csv']", "artifacts (line 1)"),
    ("eval('1 + 1')", "`eval` (line 1)"),
    ("exec('x = 1')", "`exec` (line 1)"),
    ("locals()", "`locals` (line 1)"),
    ("globals()", "`globals` (line 1)"),
    ("dir()", "`dir` (line 1)"),
    ("input()", "`input` (line 1)"),
    ("__import__('os')", "`__import__` (line 1)"),
    ("raise SystemExit(0)", "`SystemExit` (line 1)"),
    ("x = 1\ndel x", "`del` (line 2)"),
    ("def f():\n    yield 1", "`yield` (line 2)"),
    ("def f():\n    yield from []", "`yield from` (line 2)"),
    ("class A(Exception):\n    pass", "class inheritance (line 1)"),
    ("class A:\n    @property\n    def x(self):\n        return 1", "`property` (line 2)"),
    ("class A:\n    @staticmethod\n    def x():\n        return 1", "`staticmethod` (line 2)"),
    ("try:\n    pass\nexcept* ValueError:\n    pass", "`except*` (line 1)"),
    ("bytearray(3)", "`bytearray` (line 1)"),
    ("print(callable(len))", "`callable` (line 1)"),
]


@pytest.mark.parametrize(("code", "what"), NOT_IN_RUST)
def test_what_the_rust_engine_has_not_is_refused_by_name(sandbox: Sandbox, code: str, what: str) -> None:
    outcome = sandbox.run(code, engine=EngineName.RUST)

    assert (outcome.is_success, outcome.error_kind, outcome.engine) == (False, ErrorKind.EXCEPTION, "rust")
    assert outcome.stderr == f"the rust engine does not support {what}; use --engine cpython\n"
    assert outcome.stdout == ""


@pytest.mark.parametrize(("code", "what"), NOT_IN_RUST)
def test_what_the_rust_engine_has_not_goes_to_cpython_by_itself(sandbox: Sandbox, code: str, what: str) -> None:
    assert sandbox.run(code).engine == "cpython"


def test_what_only_montys_own_parser_knows_is_told_the_same_way(sandbox: Sandbox) -> None:
    outcome = sandbox.run("class A:\n    def f(self):\n        return 1\n    f.x = 2", engine=EngineName.RUST)

    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert outcome.stderr is not None
    assert outcome.stderr.startswith("the rust engine does not support ")
    assert outcome.stderr.endswith("; use --engine cpython\n")


def test_a_refusal_leaves_a_named_repl_as_it_was(sandbox: Sandbox) -> None:
    sandbox.run("x = 1", engine=EngineName.RUST, named=NamedState("refusal", 0, 1))

    refused = sandbox.run("del x", engine=EngineName.RUST, named=NamedState("refusal", 1, 2))
    after = sandbox.run("x", engine=EngineName.RUST, named=NamedState("refusal", 1, 2))

    assert refused.state is not None
    assert (refused.state.kind, after.value) == (StateKind.UNCHANGED, "1")
    sandbox.forget("refusal")


def test_a_job_with_files_runs_in_rust_as_long_as_its_code_leaves_them_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")

    assert sandbox.run("1 + 1", inputs=[tmp_path / "t.csv"], engine=EngineName.RUST).value == "2"
