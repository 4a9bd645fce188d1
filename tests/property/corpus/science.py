"""Exoplanets and sensors: long names, units, columns called as the grammar's own words, dates with times."""

import random
from typing import Any

import pandas as pd

from tests.property.corpus.expected import Case, Ranked, Rows, Tasks, Topic

_chance = random.Random(3)
_PLANETS = pd.DataFrame(
    {
        "planet_name": [f"HD {1000 + n} {_chance.choice('bcd')}" for n in range(90)],
        "discovery method": [_chance.choice(["Transit", "Radial Velocity", "Imaging"]) for _ in range(90)],
        "discovery_year": [_chance.randint(1998, 2023) for _ in range(90)],
        "planet mass (earths)": [None if n % 11 == 0 else round(_chance.lognormvariate(2, 1), 3) for n in range(90)],
        "orbitalPeriod_days": [round(_chance.uniform(0.5, 900), 2) for _ in range(90)],
        "star temperature": [_chance.randint(2800, 7200) for _ in range(90)],
        "habitable": [_chance.choice([0, 1]) for _ in range(90)],
    }
)
_MASS = "planet mass (earths)"
PLANETS = Topic(
    "exoplanets",
    _PLANETS,
    [
        Case("How many exoplanets are there?", lambda d: len(d)),
        Case("how many planets have a mass over 10", lambda d: (d[_MASS] > 10).sum()),
        Case("number of planets per discovery method", lambda d: d.groupby("discovery method").size()),
        Case("average planet mass by discovery method", lambda d: d.groupby("discovery method")[_MASS].mean()),
        Case("mean mass by method", lambda d: d.groupby("discovery method")[_MASS].mean()),
        Case(
            "median orbital period of planets after 2015",
            lambda d: d[d.discovery_year > 2015].orbitalPeriod_days.median(),
        ),
        Case(
            "What is the median orbitalPeriod for Radial Velocity?",
            lambda d: d[d["discovery method"] == "Radial Velocity"].orbitalPeriod_days.median(),
        ),
        Case("how many planets with an orbital period under 100 days", lambda d: (d.orbitalPeriod_days < 100).sum()),
        Case(
            "the 5 heaviest planets",
            lambda d: Rows(d.sort_values(_MASS, ascending=False, kind="stable").head(5), ordered=True),
        ),
        Case(
            "the planet with the lowest star temperature",
            lambda d: Rows(d.sort_values("star temperature", kind="stable").head(1), ordered=True),
        ),
        Case("How many planets are habitable?", lambda d: d.habitable.sum()),
        Case("what fraction of planets are habitable", lambda d: 100 * d.habitable.mean()),
        Case("habitable planets in 2010", lambda d: Rows(d[(d.habitable == 1) & (d.discovery_year == 2010)])),
        Case("number of planets by year", lambda d: d.groupby("discovery_year").size()),
        Case("trend of average mass by discovery year", lambda d: d.groupby("discovery_year")[_MASS].mean()),
        Case("how many planets have no mass", lambda d: d[_MASS].isna().sum()),
        Case("planets without a planet mass", lambda d: Rows(d[d[_MASS].isna()])),
        Case(
            "planets not from Transit or Imaging with mass above 30",
            lambda d: Rows(d[(d["discovery method"] == "Radial Velocity") & (d[_MASS] > 30)]),
        ),
        Case("relationship between planet mass and orbital period", lambda d: d[_MASS].corr(d.orbitalPeriod_days)),
        Case(
            "average star temperature between 2000 and 2005",
            lambda d: d[d.discovery_year.between(2000, 2005)]["star temperature"].mean(),
        ),
        Case(
            "top 3 planets by mass",
            lambda d: Rows(d.sort_values(_MASS, ascending=False, kind="stable").head(3), ordered=True),
        ),
        Case(
            "top 5 orbital periods",
            lambda d: Rows(d.sort_values("orbitalPeriod_days", ascending=False, kind="stable").head(5), ordered=True),
        ),
        Case("planets above the average mass", lambda d: Rows(d[d[_MASS] > d[_MASS].mean()])),
        Case(
            "Compute the median mass and then count the planets below it.",
            lambda d: (d[_MASS] < d[_MASS].median()).sum(),
        ),
        Case("count of planets with star temperature >= 5,000", lambda d: (d["star temperature"] >= 5000).sum()),
        Case(
            "average star temperature for each method excluding Imaging",
            lambda d: d[d["discovery method"] != "Imaging"].groupby("discovery method")["star temperature"].mean(),
        ),
    ],
    {
        "how many earth-like planets": "earth",
        "average density of planets": "density",
        "is there life on HD 1000": "life",
        "planets closer than 10 parsecs": "closer",
        "how many planets were discovered by Kepler": "Kepler",
        "hottest planets with rings": "rings",
        "median orbital period under 100 days": "",
        "what will be discovered in 2030": "will",
        "average mass in kilograms": "kilograms",
        "mass over 10 kg": "kg",
    },
)

_SENSORS = pd.DataFrame(
    {
        "sensor": [f"S{n % 6}" for n in range(240)],
        "timestamp": pd.date_range("2024-01-01", periods=240, freq="7h").strftime("%Y-%m-%d %H:%M:%S"),
        "value": [None if n % 23 == 0 else round(_chance.gauss(20, 5), 2) for n in range(240)],
        "count": [_chance.randint(0, 9) for _ in range(240)],
        "max": [round(_chance.uniform(30, 60), 1) for _ in range(240)],
        "rank": [_chance.randint(1, 5) for _ in range(240)],
        "group": [_chance.choice(["control", "test"]) for _ in range(240)],
        "number": [_chance.randint(100, 999) for _ in range(240)],
        "top": [_chance.randint(0, 50) for _ in range(240)],
        "mean": [round(_chance.uniform(0, 1), 3) for _ in range(240)],
    }
)


def _t(d: Any) -> Any:
    return pd.to_datetime(d.timestamp)


SENSORS = Topic(
    "readings",
    _SENSORS,
    [
        Case("average value by sensor", lambda d: d.groupby("sensor").value.mean()),
        Case("highest value per sensor", lambda d: d.groupby("sensor").value.max()),
        Case("average count by group", lambda d: d.groupby("group")["count"].mean()),
        Case("median rank of the test group", lambda d: d[d.group == "test"]["rank"].median()),
        Case("average max by sensor", lambda d: d.groupby("sensor")["max"].mean()),
        Case("maximum max", lambda d: d["max"].max()),
        Case("average mean by group", lambda d: d.groupby("group")["mean"].mean()),
        Case("sum of number", lambda d: d.number.sum()),
        Case("total number by group", lambda d: d.groupby("group").number.sum()),
        Case("average top by group and sensor", lambda d: d.groupby(["group", "sensor"]).top.mean()),
        Case("how many readings have a count over 7", lambda d: (d["count"] > 7).sum()),
        Case("how many readings in January 2024", lambda d: (_t(d).dt.strftime("%Y-%m") == "2024-01").sum()),
        Case("readings after 2024-03-05", lambda d: Rows(d[_t(d) >= "2024-03-06"])),
        Case("average value per week", lambda d: d.groupby(_t(d).dt.strftime("%G week %V")).value.mean()),
        Case(
            "daily average value for sensor S1",
            lambda d: d[d.sensor == "S1"].groupby(_t(d).dt.strftime("%Y-%m-%d")).value.mean(),
        ),
        Case("how many readings are missing a value", lambda d: d.value.isna().sum()),
        Case("how many values are missing", lambda d: d.value.isna().sum()),
        Case("compare the average value of control and test", lambda d: d.groupby("group").value.mean()),
        Case("correlation of value with max", lambda d: d.value.corr(d["max"])),
        Case("average value where rank is 3", lambda d: d[d["rank"] == 3].value.mean()),
        Case(
            "find the average value, then the readings near that value",
            lambda d: Rows(d[(d.value - d.value.mean()).abs() <= 0.1 * d.value.mean()]),
        ),
        Case(
            "average value of sensors S1, S2 and S3",
            lambda d: Tasks(
                (
                    d[d.sensor.isin(["S1", "S2", "S3"])].groupby("sensor").value.mean(),
                    d[d.sensor.isin(["S1", "S2", "S3"])].value.mean(),
                )
            ),
        ),
        Case("sensors with the lowest median value", lambda d: Ranked(d.groupby("sensor").value.median().nsmallest(1))),
    ],
    {
        "count by group": "ways",
        "total count by group": "ways",
        "average reading by room": "room",
        "top 5 readings by top": "ways",
        "faulty sensors": "faulty",
        "when will sensor S1 fail": "will",
        "average value of broken sensors": "broken",
    },
)
