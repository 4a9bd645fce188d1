"""All topics, and each as the offline model and a REPL see it."""

import io
from functools import cache
from typing import Any

import pandas as pd

from replwright.repl.guest.profile import profile
from tests.property.corpus import employees, orders, science, society, travel
from tests.property.corpus.expected import Case, Topic

TOPICS: tuple[Topic, ...] = (
    *(employees.TOPIC, orders.TOPIC, science.PLANETS, science.SENSORS, travel.FLIGHTS, travel.CARS, travel.CLINICS),
    *(society.FOOTBALL, society.WEATHER, society.BOOKS, society.BANK),
)
CASES: tuple[tuple[Topic, Case], ...] = tuple((topic, case) for topic in TOPICS for case in topic.cases)
REFUSED: tuple[tuple[Topic, str, str], ...] = tuple(
    (topic, question, word) for topic in TOPICS for question, word in topic.refused.items()
)


@cache
def read_back(topic: Topic) -> tuple[dict[str, Any], Any]:
    """(the table's profile, the table) as read from a file."""
    file = io.StringIO()
    topic.frame.to_csv(file, index=False)
    file.seek(0)
    frame = pd.read_csv(file)
    return {"name": topic.name, "format": "csv", **profile(frame)}, frame
