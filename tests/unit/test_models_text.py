"""Text and URLs on their way to PostgreSQL, without PostgreSQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engine import parse_url, place
from models.profile import BadProfile, parse_profile, reason_of_failure
from models.text import clean, clean_json, is_storable
from orchestration.errors import BadInput

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_keeps_its_length(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert is_storable(cleaned)
    assert len(cleaned) == len(text)
    assert clean(cleaned) == cleaned
    assert (cleaned == text) == is_storable(text)


def test_every_text_in_json_is_cleaned() -> None:
    dirty = {"a\x00": ["\ud800", {"b": "\x00", "c": 1, "d": None, "e": True}]}
    assert clean_json(dirty) == {"a\ufffd": ["\ufffd", {"b": "\ufffd", "c": 1, "d": None, "e": True}]}


@given(st.text() | st.none())
def test_a_profile_is_taken_or_refused_and_nothing_else(text: str | None) -> None:
    try:
        profile = parse_profile(text)
    except BadProfile:
        return
    assert profile["rows"] >= 0


@pytest.mark.parametrize(
    "text",
    ['{"rows": 1, "columns": [' + "[" * 5000, '{"rows": 1e3, "columns": []}', '{"rows": 1' + "0" * 5000 + "}", "3"],
)
def test_hostile_profiles_are_refused(text: str) -> None:
    with pytest.raises(BadProfile):
        parse_profile(text)


def test_a_profile_keeps_what_it_needs() -> None:
    found = parse_profile('{"rows": 1, "columns": [{"name": "a"}], "format": "tsv", "notes": ["n"], "more": "x"}')
    assert found == {"rows": 1, "columns": [{"name": "a"}], "format": "tsv", "notes": ["n"]}


def test_the_reason_of_a_failure_is_its_last_line_capped() -> None:
    assert reason_of_failure("Traceback\n  File x\nValueError: bad\n \n", "exception") == "ValueError: bad"
    assert reason_of_failure(None, "timed_out") == "timed out"
    assert len(reason_of_failure("x" * 10_000, None)) == 500


@pytest.mark.parametrize("url", ["postgresql://u:p@h:1/d", "postgresql+psycopg://u:p@h:1/d", "postgres://u:p@h:1/d"])
def test_the_usual_urls_are_taken(url: str) -> None:
    parsed = parse_url(url)
    assert parsed.drivername == "postgresql+psycopg"
    assert place(parsed) == "h:1/d"


@pytest.mark.parametrize("url", ["", "s3cret", "mysql://u:s3cret@h/d", "sqlite:///x", "postgresql://u:s3cret@h:port/d"])
def test_other_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(BadInput, match="REPLWRIGHT_DATABASE_URL") as caught:
        parse_url(url)
    assert "s3cret" not in str(caught.value)
