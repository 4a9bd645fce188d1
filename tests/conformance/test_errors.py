"""How code fails: the kind, and a traceback that shows the line."""

import pytest

from orchestration.states import EngineName, ErrorKind
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize(
    ("code", "last_line"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("{}['key']", "KeyError: 'key'"),
        ("raise ValueError('why')", "ValueError: why"),
        ("raise RuntimeError", "RuntimeError"),
        ("undefined", "NameError: name 'undefined' is not defined"),
        ("[][1]", "IndexError: list index out of range"),
        ("int('x')", "ValueError: invalid literal for int() with base 10: 'x'"),
        ("assert 1 == 2, 'no'", "AssertionError: no"),
        ("'a' + 1", 'TypeError: can only concatenate str (not "int") to str'),
        ("import json\njson.loads('{')", "json.decoder.JSONDecodeError"),
    ],
)
def test_an_exception_ends_the_run_with_its_name_and_message(
    sandbox: Sandbox, engine: EngineName, code: str, last_line: str
) -> None:
    outcome = sandbox.run(code, engine=engine)

    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.EXCEPTION)
    assert outcome.stderr is not None
    assert outcome.stderr.startswith("Traceback (most recent call last):\n")
    assert outcome.stderr.splitlines()[-1].startswith(last_line)


def test_a_traceback_shows_the_codes_own_lines_and_nothing_of_ours(sandbox: Sandbox, engine: EngineName) -> None:
    code = "def half(x):\n    return 1 / x\n\nfor i in (1, 0):\n    half(i)\n"

    outcome = sandbox.run(code, engine=engine)

    assert outcome.stderr is not None
    told = [line.strip() for line in outcome.stderr.splitlines() if set(line.strip()) - set("^~")]
    assert told == [
        "Traceback (most recent call last):",
        'File "<repl>", line 5, in <module>',
        "half(i)",
        'File "<repl>", line 2, in half',
        "return 1 / x",
        "ZeroDivisionError: division by zero",
    ]


def test_the_line_is_right_when_the_failing_line_is_the_last_expression(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("x = 'é'\n\nx.upper(), x[9]  # here", engine=engine)

    assert outcome.stderr is not None
    assert 'File "<repl>", line 3, in <module>\n    x.upper(), x[9]  # here\n' in outcome.stderr


@pytest.mark.parametrize("code", ["def", "x = = 1", "(", "if True:\npass", "'open", "a b"])
def test_what_is_no_python_is_told_with_its_line(sandbox: Sandbox, engine: EngineName, code: str) -> None:
    outcome = sandbox.run(code, engine=engine)

    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.EXCEPTION)
    assert outcome.stderr is not None
    assert 'File "<repl>", line' in outcome.stderr
    assert outcome.stderr.splitlines()[-1].startswith(("SyntaxError: ", "IndentationError: "))


def test_a_caught_exception_is_no_failure(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(e)\n'on'", engine=engine)

    assert (outcome.is_success, outcome.stdout, outcome.value) == (True, "division by zero\n", "'on'")


def test_endless_recursion_is_an_exception(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("def f(n):\n    return f(n + 1)\nf(0)", engine=engine)

    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert outcome.stderr is not None
    assert "RecursionError: maximum recursion depth exceeded" in outcome.stderr
    assert "more times]" in outcome.stderr


def test_a_file_of_the_system_is_denied(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("import pathlib\npathlib.Path('/etc/passwd').read_text()", engine=engine)

    assert (outcome.is_success, outcome.stdout) == (False, "")
    assert outcome.error_kind in (ErrorKind.DENIED, ErrorKind.EXCEPTION)
