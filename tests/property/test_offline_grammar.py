"""Whatever is asked of whatever table, the offline model answers with a valid plan or a refusal, and never breaks."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.plan import PlanRules, problems_of
from replwright.llm.offline.lexicon import PHRASES
from replwright.llm.offline.plans import tools_for
from replwright.llm.offline.prompt import prompt_of
from replwright.llm.plan_json import tool_of
from tests.support.offline_prompts import messages_of

HOSTILE = ('"]; import os #', "'''\n\"\"\"", "\\", "{x}", "</state>", "a\nb", "\u202e", "", " ", "_", "x" * 300, "\x00")
names = st.sampled_from(
    (*HOSTILE, "weight", "net load", "gross load", "depot", "owner", "packed on", "mean", "by", "5")
)
values = st.lists(st.sampled_from((*HOSTILE, "North", "south", "Acme Ltd", "top", "IN", "7")), max_size=4)
types = st.sampled_from(("text", "integer", "number", "date", "boolean", "mixed", "empty"))
numbers = st.one_of(
    st.integers(-(10**20), 10**20).map(str), st.sampled_from(("1,000", "$5", "2.5k", "0", "1e9", "٣", "²"))
)


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, Any]:
    columns = []
    for name in draw(st.lists(names, min_size=1, max_size=5)):
        column = {"name": name, "type": draw(types), "distinct": draw(st.integers(0, 9)), "missing": 0}
        if draw(st.booleans()):
            column["values"] = draw(values)
        if draw(st.booleans()):
            column["numeric_text"] = True
        columns.append(column)
    return {"name": draw(names), "format": "csv", "rows": 9, "columns": columns, "notes": []}


SENTENCES = (
    "average {c}",
    "total {c} by {c}",
    "{c} by {c} and by {c}",
    "top 3 {c} by average {c}",
    "2 highest {c}",
    "which {c} has the most rows",
    "how many rows where {c} is {v}",
    "rows with {c} over {n} and {c} at most {n}",
    "rows with {c} between {n} and {n}",
    "compare {c} of {v} and {v}",
    "average {c}, then the rows near that {c}",
    "rows below the median {c} in {v}",
    "distribution of {c}",
    "correlation of {c} and {c}",
    "trend of {c} by {c}",
    "{c} where {c} is missing, excluding {v}",
    "what share of rows with {v} are {v}",
    "share of rows by {c}",
    "latest {c} in March {n}",
    "{c} by month between {n} and {n}",
    "the {n} most common {c}",
    "average {v} {c} without {c}",
)


@st.composite
def questions(draw: st.DrawFn, table: dict[str, Any]) -> str:
    """A sentence about the table, or words of the grammar, of the table and of neither in any order."""
    columns = [column["name"] for column in table["columns"]]
    own = [*columns, *(value for column in table["columns"] for value in column.get("values", ()))]
    if draw(st.integers(0, 3)):
        slots = {"{c}": columns, "{v}": own[len(columns) :] or ["x"]}
        sentence = draw(st.sampled_from(SENTENCES))
        while "{n}" in sentence:
            sentence = sentence.replace("{n}", draw(numbers), 1)
        for slot, words in slots.items():
            while slot in sentence:
                word = draw(st.sampled_from(words))
                quote = "`" if '"' in word else '"'
                sentence = sentence.replace(slot, f"{quote}{word}{quote}", 1)
        return sentence
    phrases = st.sampled_from([" ".join(phrase) for phrase in PHRASES])
    quoted = st.sampled_from(own).map(lambda text: f'"{text}"')
    word = st.one_of(phrases, st.sampled_from(own), quoted, numbers, st.text(max_size=5))
    return draw(st.sampled_from((" ", ", "))).join(draw(st.lists(word, max_size=7)))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_question_gets_a_valid_plan_or_a_refusal(data: st.DataObject) -> None:
    # given
    tables = data.draw(st.lists(profiles(), max_size=2))
    question = data.draw(questions(tables[0]) if tables else st.text(max_size=20))
    # when
    found = [tool_of(tool, "tool") for tool in tools_for(prompt_of(messages_of(question, tables)))]
    # then
    assert problems_of(found, PlanRules()) == ()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_question(question: str) -> None:
    # given
    table = {"name": "t", "format": "csv", "rows": 1, "columns": [{"name": "a", "type": "integer"}], "notes": []}
    text = question.encode("utf-8", "replace").decode()
    # when, then
    assert tools_for(prompt_of(messages_of(text, [table])))
