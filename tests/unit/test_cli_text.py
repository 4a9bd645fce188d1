"""What models and tables wrote cannot drive the terminal; events read as plain lines."""

from datetime import UTC, datetime

from orchestration.views import Event
from replwright.cli.progress import describe
from replwright.cli.text import one_line, safe


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07 fine\r\n\u202eright to left"
    shown = safe(hostile)
    assert not set(shown) & {"\x1b", "\x07", "\r", "\u202e"}
    assert "fine" in shown


def test_one_line_is_one_short_line() -> None:
    assert one_line("a\n b\t c", 100) == "a b c"
    assert len(one_line("x" * 500, 40)) == 40


def test_an_event_of_a_newer_release_is_passed_over() -> None:
    assert describe(Event(1, "something_new", datetime.now(UTC), {})) is None


def test_a_plan_of_many_tasks_is_told_in_one_line() -> None:
    event = Event(3, "planned", datetime.now(UTC), {"step": 1, "tasks": [f"t{n}" for n in range(200)]})
    assert describe(event) == "step 1: planned 200 REPL tasks: t0, t1, t2, t3 and 196 more"
