"""The corpus of questions: each is answered as pandas answers it, or refused by name; nothing in between."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replwright.llm.offline.grammar import read
from replwright.llm.offline.reading import Reading
from replwright.llm.offline.refused import Refused
from replwright.llm.offline.table import table_of
from tests.property.corpus.expected import Case, Topic, hold
from tests.property.corpus.topics import CASES, REFUSED, TOPICS, read_back
from tests.support.offline_prompts import ask

CONSONANTS = "bcdfghjklmnpqrstvwxz"
POLITE = (
    "please {}",
    "Can you tell me {}",
    "{} in this table",
    "I want to know {}",
    "{}, please?",
    "Hi, {}",
    "{} overall",
)


def understood(topic: Topic, question: str) -> Reading | None:
    """How the question is read; None when it is refused."""
    try:
        return read(question, [table_of(read_back(topic)[0])])
    except Refused:
        return None


@pytest.mark.parametrize(("topic", "case"), CASES, ids=[f"{topic.name}: {case.question}" for topic, case in CASES])
def test_a_question_is_answered_as_pandas_answers_it(topic: Topic, case: Case) -> None:
    # given
    profile, frame = read_back(topic)
    # when
    answered = ask(case.question, [profile], {topic.name: frame})
    # then
    hold(case.answer(topic.frame), answered)
    assert "\nRead as: " in answered.message
    assert "not a language model" in answered.message


@pytest.mark.parametrize(("topic", "question", "word"), REFUSED, ids=[f"{one[0].name}: {one[1]}" for one in REFUSED])
def test_what_the_table_cannot_answer_is_refused_by_name(topic: Topic, question: str, word: str) -> None:
    # when
    answered = ask(question, [read_back(topic)[0]])
    # then
    assert answered.understood is False
    assert word in answered.message
    assert not answered.codes


def test_the_corpus_is_large_and_of_many_kinds() -> None:
    assert len(CASES) >= 150
    assert len(REFUSED) >= 60
    assert len(TOPICS) >= 8


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CASES), st.text(CONSONANTS, min_size=4, max_size=9), st.data())
def test_one_unknown_word_anywhere_makes_it_refuse(one: tuple[Topic, Case], word: str, data: st.DataObject) -> None:
    # given a word that is none, at any place between two others
    topic, case = one
    words = case.question.split(" ")
    places = [at for at in range(len(words) + 1) if " ".join(words[:at]).count('"') % 2 == 0]
    at = data.draw(st.sampled_from(places))
    question = " ".join([*words[:at], word, *words[at:]])
    # when
    answered = ask(question, [read_back(topic)[0]])
    # then
    assert answered.understood is False
    assert word in answered.message


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CASES), st.sampled_from(POLITE))
def test_polite_words_change_nothing(one: tuple[Topic, Case], polite: str) -> None:
    # given
    topic, case = one
    plain = understood(topic, case.question)
    # when
    reading = understood(topic, polite.format(case.question.rstrip("?.")))
    # then
    assert plain is not None
    assert reading is not None
    assert reading.meaning == plain.meaning


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CASES), st.sampled_from((str.upper, str.lower, str.title, str.swapcase)))
def test_another_case_is_read_the_same_or_refused(one: tuple[Topic, Case], recased: Callable[[str], str]) -> None:
    # given
    topic, case = one
    plain = understood(topic, case.question)
    # when
    reading = understood(topic, recased(case.question))
    # then
    assert plain is not None
    assert reading is None or reading.meaning == plain.meaning or '"' in case.question
