"""Standard output and error: whole when small, head and tail when long, kept when the code fails."""

from orchestration.states import EngineName, ErrorKind
from tests.support.sandbox import Sandbox


def test_what_is_printed_is_kept_as_it_is(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("print('out', 1, None, sep='-', end='!')\nprint()\nprint([2.5])", engine=engine)

    assert (outcome.stdout, outcome.stderr, outcome.is_success) == ("out-1-None!\n[2.5]\n", None, True)


def test_output_of_every_alphabet_arrives_whole(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("print('naïve 日本 🎉\\t\\u200b|')\nprint('a\\x00b')", engine=engine)

    assert outcome.stdout == "naïve 日本 🎉\t\u200b|\na\N{REPLACEMENT CHARACTER}b\n"


def test_long_output_keeps_its_head_and_its_tail(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("for i in range(20000):\n    print(i)", engine=engine, output_bytes=1000)

    assert outcome.is_success
    assert outcome.stdout.startswith("0\n1\n2\n")
    assert outcome.stdout.endswith("19998\n19999\n")
    assert "bytes cut ...]" in outcome.stdout
    assert len(outcome.stdout.encode()) <= 1000


def test_what_was_printed_before_an_error_is_kept(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("print('before')\n1 / 0", engine=engine)

    assert (outcome.stdout, outcome.error_kind) == ("before\n", ErrorKind.EXCEPTION)


def test_what_was_printed_before_the_deadline_is_kept(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("print('before')\nwhile True:\n    pass", engine=engine, timeout_s=1.0)

    assert (outcome.stdout, outcome.error_kind) == ("before\n", ErrorKind.TIMED_OUT)
