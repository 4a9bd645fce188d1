"""What the offline model does not understand it refuses, by name; a question that is merely similar is not answered."""

import csv
import random
import re
from pathlib import Path
from typing import Any

import pytest

from examples import make_sample
from orchestration.states import ErrorKind
from orchestration.tools import REPLResult
from replwright.llm.offline import code
from replwright.llm.offline.plans import tools_for
from replwright.llm.offline.prompt import prompt_of
from tests.support.offline_prompts import messages_of

OFFLINE = Path(code.__file__).parent
CRATES: dict[str, Any] = {
    "name": "crate_stock",
    "format": "csv",
    "rows": 9,
    "columns": [
        {"name": "depot", "type": "text", "distinct": 3, "values": ["North", "South", "north ", "Top"]},
        {"name": "owner", "type": "text", "distinct": 3, "values": ["Acme", "North", "Zenith Ltd"]},
        {"name": "weight", "type": "number", "distinct": 9},
        {"name": "total cost", "type": "number", "distinct": 9},
        {"name": "cost", "type": "text", "numeric_text": True, "distinct": 8},
        {"name": "net load", "type": "integer", "distinct": 4},
        {"name": "gross load", "type": "integer", "distinct": 4},
        {"name": "sealed", "type": "boolean", "distinct": 2},
        {"name": "packed on", "type": "date", "distinct": 9},
        {"name": "note", "type": "text", "distinct": 9},
    ],
    "notes": [],
}
BOXES = {**CRATES, "name": "boxes"}


def told(question: str, *tables: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return tools_for(prompt_of(messages_of(question, tables or (CRATES,), **more)))


def refusal(question: str, *tables: dict[str, Any]) -> str:
    [tool] = told(question, *tables)
    assert tool["type"] == "message_to_user"
    assert tool["understood"] is False
    assert "not a language model" in tool["message"]
    return str(tool["message"])


def echoed(question: str, *tables: dict[str, Any]) -> str:
    """How the question was read: the message that follows when its tasks failed says so."""
    *spawns, resume = told(question, *tables)
    assert resume == {"type": "resume"}
    failed = [
        REPLResult(spawn["task_id"], is_success=False, stderr="Boom", error_kind=ErrorKind.EXCEPTION)
        for spawn in spawns
    ]
    [tool] = told(question, *tables, results=failed)
    match = re.search(r"Read as: (.*?)\.\n", tool["message"])
    assert match
    return match[1]


@pytest.mark.parametrize(
    ("question", "unbound"),
    [
        ("What is the average weight of red crates?", "'red'"),
        ("average colour by depot", "'colour'"),
        ("What is the average weight in Atlantis?", "'Atlantis'"),
        ("Will the average weight rise next month?", "'Will', 'rise', 'next'"),
        ("average weight of the crates in IT", "'IT'"),
        ("average weight * 2", "'*'"),
        ("Why is the weight high?", "'Why', 'high'"),
        ("percentage of painted crates", "'painted'"),
        ("the heaviest and oldest crates", "'oldest'"),
        ("how many sealers are there", "'sealers'"),
    ],
)
def test_a_word_that_binds_to_nothing_is_named(question: str, unbound: str) -> None:
    message = refusal(question)
    assert unbound in message
    assert "I can do this" in message


@pytest.mark.parametrize(
    ("question", "candidates"),
    [
        ("average load by depot", ("mean(net load) by depot", "mean(gross load) by depot", "double quotes")),
        ("average weight in North", ("where depot is North", "where owner is North")),
        ("total cost", ("sum(cost)", "mean(total cost)")),
        ("top 5 depots by weight", ("sum(weight) by depot", "mean(weight) by depot", "max(weight) by depot")),
    ],
)
def test_an_ambiguous_word_lists_what_it_may_be(question: str, candidates: tuple[str, ...]) -> None:
    message = refusal(question)
    assert all(candidate in message for candidate in candidates)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("average depot", "holds no numbers"),
        ("depot over 5", "holds no numbers"),
        ("average weight over 5", "which column is 'over 5' about"),
        ("how many cost", "`rows`, `distinct` or `total`"),
        ("crates over 5", "which column is 'over 5' about"),
        ("average weight by", "what 'by' is for"),
        ("weight between 5", "what 'between' is for"),
        ("top 5 depots", "rank what by what"),
        ("top 500 crates by weight", "1 to 50"),
        ("weight over 5 or cost under 3", "`or`"),
        ("compare weight", "compare what"),
        ("correlation of weight", "name both"),
        ("correlation of weight and depot", "holds no numbers"),
        ("distribution", "name it"),
        ("trend of weight by", "what 'by' is for"),
        ("trend of weight by depot", "one column of dates or numbers"),
        ("average weight excluding South and Zenith Ltd", "does the negation go for both"),
        ("percentage of South crates in Zenith Ltd", "what share of the rows"),
        ("weight by depot, cost by depot", "grouped twice"),
        ("average weight " * 60, "too long"),
        ("average weight then average cost", "the second step"),
        ("crates by depot then crates near that weight", "the first of two steps"),
        ("average weight then crates near it then crates near it", "at most two steps"),
        ("Is the average weight in depot South higher than in Top", "'higher'"),
        ("?", "empty"),
    ],
)
def test_a_question_without_one_reading_is_refused_with_the_reason(question: str, why: str) -> None:
    assert why in refusal(question)


def test_a_word_that_may_be_any_of_many_columns_is_refused_at_once() -> None:
    # given
    columns = [{"name": f"measure {number} score", "type": "number", "distinct": 9} for number in range(200)]
    # when, then
    wide = {"name": "wide", "format": "csv", "rows": 20, "columns": columns, "notes": []}
    assert "'score' may be any of 200 columns" in refusal("average score by score and score and score", wide)
    narrow = {**wide, "columns": columns[:12]}
    assert "too many ways" in refusal("average score by score and score, score and score over 5", narrow)


def test_without_a_table_there_is_nothing_to_ask() -> None:
    assert "give a data file" in refusal_without_tables("what is 2 + 2?")


def refusal_without_tables(question: str) -> str:
    [tool] = tools_for(prompt_of(messages_of(question, ())))
    assert tool["understood"] is False
    return str(tool["message"])


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("average weight by depot", "mean(weight) by depot, in crate_stock"),
        ("Average weights per depot and owner!", "mean(weight) by depot and owner, in crate_stock"),
        ("mean weight by depot and by owner", "mean(weight) by depot; and by owner, in crate_stock"),
        ('total "cost"', "sum(cost), in crate_stock"),
        ("how many crates are in the South?", "count of rows where depot is South, in crate_stock"),
        ("average weight in depot north", "mean(weight) where depot is North, in crate_stock"),
        ("average weight for owner North", "mean(weight) where owner is North, in crate_stock"),
        ("average weight excluding Zenith Ltd", "mean(weight) where owner is not Zenith Ltd, in crate_stock"),
        ("crates with weight between 1,000 and 2k", "rows where weight between 1000 and 2000, in crate_stock"),
        ("crates with missing weight", "rows where weight is missing, in crate_stock"),
        ("average weight and median net load", "mean(weight), median(net load), in crate_stock"),
        ("which depot has the highest average weight", "the 1 highest mean(weight) by depot, in crate_stock"),
        ("which owner has the most crates", "the 1 highest count of rows by owner, in crate_stock"),
        ("average total cost", "mean(total cost), in crate_stock"),
        ("average weight of Top", "mean(weight) where depot is Top, in crate_stock"),
        ("percentage of sealed crates", "share of rows where sealed is True, among all rows, in crate_stock"),
        ("the heaviest crate", "the row with the highest weight, in crate_stock"),
        ("crates packed after 2023", "rows where packed on from 2024-01-01, in crate_stock"),
        ("crates by month", "count of rows by packed on (monthly), in crate_stock"),
        ("the crate with the lowest weight", "the row with the lowest weight, in crate_stock"),
        ("five highest weights", "the 5 rows with the highest weight, in crate_stock"),
        ('note is "fragile; do not drop"', "rows where note is fragile; do not drop, in crate_stock"),
        ("how many crates where sealed is true", "count of rows where sealed is True, in crate_stock"),
        ("how many owners", "distinct(owner), in crate_stock"),
        ("average weight over time", "mean(weight) by packed on, in crate_stock"),
        (
            "Find the average weight, then the crates near that weight",
            "rows where weight within 10% of mean(weight), in crate_stock",
        ),
        (
            "How many South crates are above the median weight?",
            "count of rows where depot is South and weight > median(weight) of all rows, in crate_stock",
        ),
    ],
)
def test_the_echo_says_what_was_read(question: str, reading: str) -> None:
    assert echoed(question) == reading


def test_of_several_tables_the_words_choose_or_the_tables_are_listed() -> None:
    # given
    other = {**CRATES, "name": "lorries", "columns": [{"name": "axles", "type": "integer"}]}
    # when, then
    assert echoed("average axles", CRATES, other).endswith("in lorries")
    assert echoed("average weight of the boxes", CRATES, BOXES).endswith("in boxes")
    message = refusal("average weight by depot", CRATES, BOXES)
    assert "'crate_stock', 'boxes'" in message


def test_no_column_name_or_value_of_the_sample_stands_in_the_rules(tmp_path: Path) -> None:
    # given
    sample = tmp_path / "rv_listings.csv"
    with sample.open("w", newline="") as file:
        csv.writer(file).writerows(make_sample.rows(500, random.Random(1)))
    names = {*make_sample.COLUMNS, *make_sample.REGIONS, *make_sample.MANUFACTURERS, "rv", "rvs", "listing"}
    written = {word for name in names for word in re.findall(r"[a-z]+", name.lower())} - {
        "of",
        "motor",
        "coast",
        "west",
    }
    # when
    rules = "\n".join(path.read_text() for path in OFFLINE.glob("*.py")).lower()
    # then
    assert OFFLINE.name == "offline"
    assert [word for word in sorted(written) if re.search(rf"\b{word}s?\b", rules)] == []
