"""Football, weather, books and a bank: ambiguous ends of names, gaps, negative amounts, free text."""

import random
from typing import Any

import pandas as pd

from tests.property.corpus.expected import Case, Ranked, Rows, Tasks, Topic

_chance = random.Random(5)
_TEAMS = ["Ajax", "Real Madrid", "Inter", "Porto"]
FOOTBALL = Topic(
    "matches",
    pd.DataFrame(
        {
            "match": range(1, 101),
            "season": [_chance.choice([2021, 2022, 2023]) for _ in range(100)],
            "home team": [_chance.choice(_TEAMS) for _ in range(100)],
            "away team": [_chance.choice(_TEAMS) for _ in range(100)],
            "home_goals": [_chance.randint(0, 5) for _ in range(100)],
            "away_goals": [_chance.randint(0, 5) for _ in range(100)],
            "attendance": [_chance.randint(5_000, 60_000) for _ in range(100)],
            "result": [_chance.choice(["win", "draw", "loss"]) for _ in range(100)],
        }
    ),
    [
        Case("average home goals by home team", lambda d: d.groupby("home team").home_goals.mean()),
        Case("how many matches with result draw", lambda d: (d.result == "draw").sum()),
        Case("how many draws were there", lambda d: (d.result == "draw").sum()),
        Case("What is the total attendance in season 2022?", lambda d: d[d.season == 2022].attendance.sum()),
        Case(
            "average attendance when the home team is Real Madrid",
            lambda d: d[d["home team"] == "Real Madrid"].attendance.mean(),
        ),
        Case("matches with attendance above 55,000", lambda d: Rows(d[d.attendance > 55000])),
        Case("matches with 5 home goals", lambda d: Rows(d[d.home_goals == 5])),
        Case("average attendance per season", lambda d: d.groupby("season").attendance.mean()),
        Case(
            "which home team has the highest average attendance",
            lambda d: Ranked(d.groupby("home team").attendance.mean().nlargest(1)),
        ),
        Case("compare average home goals for wins, draws and losses", lambda d: d.groupby("result").home_goals.mean()),
        Case("percentage of matches by result", lambda d: 100 * d.groupby("result").size() / len(d)),
        Case(
            "match with the biggest attendance",
            lambda d: Rows(d.sort_values("attendance", ascending=False, kind="stable").head(1), ordered=True),
        ),
        Case("total home goals of away team Porto", lambda d: d[d["away team"] == "Porto"].home_goals.sum()),
    ],
    {
        "average goals by season": "ways",
        "average attendance of Ajax": "ways",
        "who will win the league": "will",
        "how many penalties": "penalties",
        "best team": "best",
        "how many matches did Ajax win": "ways",
        "why did Porto lose": "why",
    },
)

WEATHER = Topic(
    "weather",
    pd.DataFrame(
        {
            "day": pd.date_range("2022-01-01", periods=400).strftime("%Y-%m-%d"),
            "station": [_chance.choice(["Oslo", "Bergen", "Tromsø"]) for _ in range(400)],
            "temp_min": [round(_chance.gauss(2, 6), 1) for _ in range(400)],
            "temp_max": [round(_chance.gauss(9, 6), 1) for _ in range(400)],
            "temperature": [round(_chance.gauss(6, 6), 1) for _ in range(400)],
            "rainfall (mm)": [
                None if _chance.random() < 0.08 else round(_chance.expovariate(0.3), 1) for _ in range(400)
            ],
            "wind_speed_kmh": [_chance.randint(0, 90) for _ in range(400)],
            "snow": [_chance.choice(["yes", "no"]) for _ in range(400)],
        }
    ),
    [
        Case(
            "minimum and maximum temperature per station",
            lambda d: d.groupby("station").temperature.agg(["min", "max"]).apply(tuple, axis=1),
        ),
        Case("total rainfall in Tromsø", lambda d: d[d.station == "Tromsø"]["rainfall (mm)"].sum()),
        Case("average rainfall by month", lambda d: d.groupby(d.day.str[:7])["rainfall (mm)"].mean()),
        Case("monthly rainfall total", lambda d: d.groupby(d.day.str[:7])["rainfall (mm)"].sum()),
        Case("How many days had snow?", lambda d: (d.snow == "yes").sum()),
        Case("how many rows with snow", lambda d: (d.snow == "yes").sum()),
        Case("how many rows without snow", lambda d: (d.snow == "no").sum()),
        Case("rows with temperature under -8", lambda d: Rows(d[d.temperature < -8])),
        Case("how many rows with wind speed over 80 kmh", lambda d: (d.wind_speed_kmh > 80).sum()),
        Case("average wind speed when snow is yes", lambda d: d[d.snow == "yes"].wind_speed_kmh.mean()),
        Case("median temp max in July 2022", lambda d: d[d.day.str[:7] == "2022-07"].temp_max.median()),
        Case("how many missing rainfall values", lambda d: d["rainfall (mm)"].isna().sum()),
        Case("the 3 coldest rows", lambda d: Rows(d.sort_values("temperature", kind="stable").head(3), ordered=True)),
        Case("average temperature over time", lambda d: d.groupby(d.day.str[:7]).temperature.mean()),
        Case(
            "which station has the highest median wind speed?",
            lambda d: Ranked(d.groupby("station").wind_speed_kmh.median().nlargest(1)),
        ),
        Case("rainfall greater than 12", lambda d: Rows(d[d["rainfall (mm)"] > 12])),
        Case("average temp_min until 2022-01-31", lambda d: d[d.day <= "2022-01-31"].temp_min.mean()),
    ],
    {
        "average temperature below 0": "",
        "how many rainy days": "rainy",
        "average humidity": "humidity",
        "will it rain tomorrow": "will",
        "average temp by station": "temp",
        "temperature in London": "London",
    },
)

_BOOKS = pd.DataFrame(
    {
        "title": [
            f"{_chance.choice(['The', 'A'])} {_chance.choice(['Blue', 'Quiet', 'Last'])} "
            f"{_chance.choice(['House', 'Sea', 'Road'])} {n}"
            for n in range(250)
        ],
        "author": [_chance.choice(["Ann Lee", "Bo Ek", "C. S. Marsh"]) for _ in range(250)],
        "genre": [_chance.choice(["crime", "poetry", "science fiction", "other"]) for _ in range(250)],
        "numberOfPages": [_chance.randint(60, 900) for _ in range(250)],
        "rating": [None if n % 9 == 0 else round(_chance.uniform(1, 5), 1) for n in range(250)],
        "copies sold": [_chance.randint(0, 2_000_000) for _ in range(250)],
        "in print": [_chance.random() < 0.6 for _ in range(250)],
    }
)
BOOKS = Topic(
    "books",
    _BOOKS,
    [
        Case("average number of pages by genre", lambda d: d.groupby("genre").numberOfPages.mean()),
        Case("books with more than 880 pages", lambda d: Rows(d[d.numberOfPages > 880])),
        Case("average rating of science fiction books", lambda d: d[d.genre == "science fiction"].rating.mean()),
        Case("Ann Lee's average rating", lambda d: d[d.author == "Ann Lee"].rating.mean()),
        Case("how many books did C. S. Marsh", lambda d: (d.author == "C. S. Marsh").sum()),
        Case("how many books have no rating?", lambda d: d.rating.isna().sum()),
        Case("how many books with copies sold over 1.5 million", lambda d: (d["copies sold"] > 1.5e6).sum()),
        Case("how many books with copies sold above 1.5M", lambda d: (d["copies sold"] > 1.5e6).sum()),
        Case("how many books are in print", lambda d: d["in print"].sum()),
        Case("which author has the most books?", lambda d: Ranked(d.groupby("author").size().nlargest(1))),
        Case(
            "top 3 books by copies sold",
            lambda d: Rows(d.sort_values("copies sold", ascending=False, kind="stable").head(3), ordered=True),
        ),
        Case("average rating for each author and genre", lambda d: d.groupby(["author", "genre"]).rating.mean()),
        Case('how many books have title "A Blue Sea 3"', lambda d: (d.title == "A Blue Sea 3").sum()),
        Case(
            "average rating of poetry vs crime",
            lambda d: d[d.genre.isin(["poetry", "crime"])].groupby("genre").rating.mean(),
        ),
        Case("average rating of Other", lambda d: d[d.genre == "other"].rating.mean()),
        Case("rating distribution", lambda d: d.rating.count()),
        Case("least common genre", lambda d: Ranked(d.groupby("genre").size().nsmallest(1))),
    ],
    {
        "good books": "good",
        "books about the sea": "about",
        "average rating of Tolkien": "Tolkien",
        "recommend a book": "recommend",
        "average rating of romance": "romance",
        "summarise the plot": "plot",
        "how many copies of crime books": "",
        "average rating of long books": "long",
    },
)

_BANK = pd.DataFrame(
    {
        "transaction id": range(5000, 5180),
        "account": [_chance.choice(["checking", "savings"]) for _ in range(180)],
        "booked_on": [
            f"{_chance.randint(2021, 2023)}-{_chance.randint(1, 12):02}-{_chance.randint(1, 28):02}" for _ in range(180)
        ],
        "amount": [round(_chance.gauss(-20, 300), 2) for _ in range(180)],
        "merchant": [_chance.choice(["H&M", "7-Eleven", "Marks & Spencer", "IKEA"]) for _ in range(180)],
        "currency": [_chance.choice(["EUR", "USD"]) for _ in range(180)],
        "flagged": [_chance.choice(["true", "false"]) for _ in range(180)],
    }
)


def _booked(d: Any) -> Any:
    return pd.to_datetime(d.booked_on)


BANK = Topic(
    "bank",
    _BANK,
    [
        Case("sum of negative amounts", lambda d: d[d.amount < 0].amount.sum()),
        Case("how many transactions with an amount below -500", lambda d: (d.amount < -500).sum()),
        Case("transactions with amount between -10 and 10", lambda d: Rows(d[d.amount.between(-10, 10)])),
        Case("how many transactions have a positive amount", lambda d: (d.amount > 0).sum()),
        Case("total amount by merchant", lambda d: d.groupby("merchant").amount.sum()),
        Case("total amount at H&M", lambda d: d[d.merchant == "H&M"].amount.sum()),
        Case(
            "total amount for 7-Eleven in 2022",
            lambda d: d[(d.merchant == "7-Eleven") & (_booked(d).dt.year == 2022)].amount.sum(),
        ),
        Case("how many transactions at Marks & Spencer", lambda d: (d.merchant == "Marks & Spencer").sum()),
        Case("lowest amount in savings", lambda d: d[d.account == "savings"].amount.min()),
        Case(
            "Which merchant has the lowest total amount?",
            lambda d: Ranked(d.groupby("merchant").amount.sum().nsmallest(1)),
        ),
        Case("total amount per year", lambda d: d.groupby(_booked(d).dt.year).amount.sum()),
        Case("how many transactions were flagged", lambda d: (d.flagged.astype(str).str.lower() == "true").sum()),
        Case(
            "how many transactions were not flagged and in EUR",
            lambda d: ((d.flagged == "false") & (d.currency == "EUR")).sum(),
        ),
        Case("transactions booked after 2023-12-01", lambda d: Rows(d[_booked(d) >= "2023-12-02"])),
        Case("compare total amount of checking and savings", lambda d: d.groupby("account").amount.sum()),
        Case(
            "average amount by account and by currency",
            lambda d: Tasks((d.groupby("account").amount.mean(), d.groupby("currency").amount.mean())),
        ),
        Case(
            "amount statistics by account",
            lambda d: d.groupby("account").amount.agg(["count", "mean", "median", "min", "max"]).apply(tuple, axis=1),
        ),
        Case("latest booked on", lambda d: _booked(d).max().strftime("%Y-%m-%d")),
    ],
    {
        "suspicious transactions": "suspicious",
        "how much did I spend at IKEA": "spend",
        "total amount in GBP": "GBP",
        "biggest expense": "expense",
        "convert amounts to dollars": "convert",
        "transactions are negative": "",
        "balance of savings": "balance",
    },
)
