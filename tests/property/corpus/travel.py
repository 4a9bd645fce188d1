"""Flights, cars and hospital visits: values in two columns, yes and no, calendar numbers, parts of names."""

import random
from typing import Any

import pandas as pd

from tests.property.corpus.expected import Case, Ranked, Rows, Tasks, Topic

_chance = random.Random(4)
_AIRPORTS = ["JFK", "LHR", "CDG", "SFO"]
_FLIGHTS = pd.DataFrame(
    {
        "flight_no": [f"F{n:03}" for n in range(150)],
        "airline": [_chance.choice(["Delta", "Air France", "United"]) for _ in range(150)],
        "from": [_chance.choice(_AIRPORTS) for _ in range(150)],
        "to": [_chance.choice(_AIRPORTS) for _ in range(150)],
        "departure_delay": [_chance.randint(-15, 180) for _ in range(150)],
        "arrival_delay": [_chance.randint(-30, 200) for _ in range(150)],
        "distance_km": [_chance.randint(300, 9000) for _ in range(150)],
        "cancelled": [_chance.random() < 0.1 for _ in range(150)],
        "date": [f"{_chance.randint(1, 28):02}/{_chance.randint(1, 12):02}/2023" for _ in range(149)] + ["31/12/2023"],
    }
)


def _day(d: Any) -> Any:
    return pd.to_datetime(d.date, dayfirst=True)


FLIGHTS = Topic(
    "flights",
    _FLIGHTS,
    [
        Case("number of flights per airline", lambda d: d.groupby("airline").size()),
        Case("How many flights did Air France have?", lambda d: (d.airline == "Air France").sum()),
        Case("average departure delay by airline", lambda d: d.groupby("airline").departure_delay.mean()),
        Case("average arrival-delay of Delta", lambda d: d[d.airline == "Delta"].arrival_delay.mean()),
        Case("flights from JFK", lambda d: Rows(d[d["from"] == "JFK"])),
        Case("how many flights from JFK to LHR", lambda d: ((d["from"] == "JFK") & (d.to == "LHR")).sum()),
        Case("how many flights were cancelled?", lambda d: d.cancelled.sum()),
        Case(
            "what percentage of United flights were cancelled",
            lambda d: 100 * d[d.airline == "United"].cancelled.mean(),
        ),
        Case("cancelled flights per month", lambda d: d[d.cancelled].groupby(_day(d).dt.strftime("%Y-%m")).size()),
        Case(
            "flights not cancelled with distance over 8,500 km",
            lambda d: Rows(d[~d.cancelled & (d.distance_km > 8500)]),
        ),
        Case("average distance km", lambda d: d.distance_km.mean()),
        Case("how many flights had a negative departure delay", lambda d: (d.departure_delay < 0).sum()),
        Case(
            "which airline has the lowest average arrival delay?",
            lambda d: Ranked(d.groupby("airline").arrival_delay.mean().nsmallest(1)),
        ),
        Case("top 2 airlines by number of flights", lambda d: Ranked(d.groupby("airline").size().nlargest(2))),
        Case("how many flights in November", lambda d: (_day(d).dt.month == 11).sum()),
        Case("flights after 20 December 2023", lambda d: Rows(d[_day(d) > "2023-12-20"])),
        Case("is departure delay related to arrival delay", lambda d: d.departure_delay.corr(d.arrival_delay)),
        Case(
            "difference in average distance between Delta and United",
            lambda d: d[d.airline.isin(["Delta", "United"])].groupby("airline").distance_km.mean(),
        ),
        Case(
            "flights with departure delay between 100 and 120", lambda d: Rows(d[d.departure_delay.between(100, 120)])
        ),
        Case(
            "average departure delay and average arrival delay",
            lambda d: (d.departure_delay.mean(), d.arrival_delay.mean()),
        ),
        Case("max arrival delay", lambda d: d.arrival_delay.max()),
    ],
    {
        "average delay by airline": "ways",
        "how many flights JFK": "ways",
        "delayed flights": "delayed",
        "flights to Berlin": "Berlin",
        "how many passengers flew": "passengers",
        "cheapest flights": "cheapest",
        "flights with distance over 500 miles": "",
        "which airline should I choose": "should",
        "average distance of Delta or cancelled flights": "or",
        "will my flight be cancelled": "will",
    },
)

_CARS = pd.DataFrame(
    {
        "Brand": [_chance.choice(["Ford", "Toyota", "Alfa Romeo", "VW"]) for _ in range(160)],
        "region": [_chance.choice(["North", "South", "East"]) for _ in range(160)],
        "manufacturer": [_chance.choice(["Group A", "Group B"]) for _ in range(160)],
        "year": [_chance.randint(2008, 2023) for _ in range(160)],
        "mileage": [f"{_chance.randint(1_000, 200_000):,}" for _ in range(160)],
        "price": [None if n % 13 == 0 else _chance.randint(15, 900) * 100 for n in range(160)],
        "fuel type": [_chance.choice(["petrol", "diesel", "electric"]) for _ in range(160)],
    }
)


def _miles(d: Any) -> Any:
    return d.mileage.str.replace(",", "").astype(float)


CARS = Topic(
    "cars",
    _CARS,
    [
        Case("mean price by region for cars after 2015", lambda d: d[d.year > 2015].groupby("region").price.mean()),
        Case("average mileage of cars with price over 20000", lambda d: _miles(d)[d.price > 20000].mean()),
        Case("average mileage of cars with price over 20k", lambda d: _miles(d)[d.price > 20000].mean()),
        Case(
            "compare the average price of Ford and Toyota",
            lambda d: d[d.Brand.isin(["Ford", "Toyota"])].groupby("Brand").price.mean(),
        ),
        Case(
            "average price by region and by manufacturer",
            lambda d: Tasks((d.groupby("region").price.mean(), d.groupby("manufacturer").price.mean())),
        ),
        Case("average price by region and manufacturer", lambda d: d.groupby(["region", "manufacturer"]).price.mean()),
        Case("average price per region per manufacturer", lambda d: d.groupby(["region", "manufacturer"]).price.mean()),
        Case("count by region", lambda d: d.groupby("region").size()),
        Case("how many rows have no price", lambda d: d.price.isna().sum()),
        Case("how many rows are missing a price?", lambda d: d.price.isna().sum()),
        Case("price trend by year", lambda d: d.groupby("year").price.mean()),
        Case(
            "Analyse prices by region and by manufacturer",
            lambda d: Tasks(
                tuple(
                    d.groupby(by).price.agg(["count", "mean", "median", "min", "max"]).apply(tuple, axis=1)
                    for by in ("region", "manufacturer")
                )
            ),
        ),
        Case(
            "find the average price, then the cars near that price",
            lambda d: Rows(d[(d.price - d.price.mean()).abs() <= 0.1 * d.price.mean()]),
        ),
        Case(
            "What was the average price of Alfa Romeos before 2012?",
            lambda d: d[(d.Brand == "Alfa Romeo") & (d.year < 2012)].price.mean(),
        ),
        Case("how many Fords are there since 2020", lambda d: ((d.Brand == "Ford") & (d.year >= 2020)).sum()),
        Case("cars from 2010 to 2011", lambda d: Rows(d[d.year.between(2010, 2011)])),
        Case(
            "electric cars with price at most 5 thousand",
            lambda d: Rows(d[(d["fuel type"] == "electric") & (d.price <= 5000)]),
        ),
        Case(
            "median price by fuel type in the South",
            lambda d: d[d.region == "South"].groupby("fuel type").price.median(),
        ),
        Case("cars with price over 80000 and under 85000", lambda d: Rows(d[(d.price > 80000) & (d.price < 85000)])),
        Case(
            "average price of diesel cars from Group A",
            lambda d: d[(d["fuel type"] == "diesel") & (d.manufacturer == "Group A")].price.mean(),
        ),
        Case("how many brands", lambda d: d.Brand.nunique()),
        Case(
            "Which region has the most electric cars?",
            lambda d: Ranked(d[d["fuel type"] == "electric"].groupby("region").size().nlargest(1)),
        ),
        Case("average price in 2015 or 2016", lambda d: d[d.year.isin([2015, 2016])].price.mean()),
        Case("average Ford price", lambda d: d[d.Brand == "Ford"].price.mean()),
        Case(
            "highest electric price by region", lambda d: d[d["fuel type"] == "electric"].groupby("region").price.max()
        ),
        Case("average price without Ford", lambda d: d[d.Brand != "Ford"].price.mean()),
        Case("average price excluding Ford and Toyota", lambda d: d[~d.Brand.isin(["Ford", "Toyota"])].price.mean()),
        Case("average price of cars other than diesel", lambda d: d[d["fuel type"] != "diesel"].price.mean()),
        Case("mean Price BY fuel_type", lambda d: d.groupby("fuel type").price.mean()),
        Case("prices over 89000", lambda d: Rows(d[d.price > 89000])),
    ],
    {
        "average price of red cars": "red",
        "What is the cheapest car?": "cheapest",
        "how many cars cost more than 50000": "cost",
        "average price of a Honda": "Honda",
        "average price of used Fords": "used",
        "average price in euros": "euros",
        "which car should I buy": "should",
        "price of Ford and mileage of Toyota": "",
        "average price 20000": "",
        "cars with low mileage": "low",
        "expected price in 2025": "expected",
        "average price by colour": "colour",
        "most expensive car": "expensive",
        "average price of cars near Boston": "Boston",
        "mileage over 100000 then price": "",
    },
)

_CLINICS = pd.DataFrame(
    {
        "Clinic": [f"Clinic {name}" for name in "ABCDEFGHIJKLMNOPQRSTUVWX"],
        "City": [_chance.choice(["Lyon", "Paris", "New York"]) for _ in range(24)],
        "Patients Seen": [_chance.randint(40, 400) for _ in range(24)],
        "Wait Minutes": [_chance.randint(3, 90) for _ in range(24)],
        "Insured": [_chance.choice(["Y", "N"]) for _ in range(24)],
    }
)
CLINICS = Topic(
    "clinics",
    _CLINICS,
    [
        Case(
            "top 5 clinics by patients seen",
            lambda d: Rows(d.sort_values("Patients Seen", ascending=False, kind="stable").head(5), ordered=True),
        ),
        Case(
            "which clinic has the most patients seen",
            lambda d: Rows(d.sort_values("Patients Seen", ascending=False, kind="stable").head(1), ordered=True),
        ),
        Case(
            "find the average patients seen, then the clinics near that patients seen",
            lambda d: Rows(
                d[(d["Patients Seen"] - d["Patients Seen"].mean()).abs() <= 0.1 * d["Patients Seen"].mean()]
            ),
        ),
        Case("how many clinics are there", lambda d: len(d)),
        Case("average wait by city", lambda d: d.groupby("City")["Wait Minutes"].mean()),
        Case("average wait minutes of clinics in Lyon", lambda d: d[d.City == "Lyon"]["Wait Minutes"].mean()),
        Case("clinics with a wait of more than 60 minutes", lambda d: Rows(d[d["Wait Minutes"] > 60])),
        Case("total patients seen in Clinic A", lambda d: d[d.Clinic == "Clinic A"]["Patients Seen"].sum()),
        Case("total patients seen per city", lambda d: d.groupby("City")["Patients Seen"].sum()),
        Case("clinics per city", lambda d: d.groupby("City").size()),
        Case("share of clinics that are insured", lambda d: 100 * (d.Insured == "Y").mean()),
        Case(
            "how many clinics in New York have a wait below 30",
            lambda d: ((d.City == "New York") & (d["Wait Minutes"] < 30)).sum(),
        ),
    ],
    {
        "friendly clinics in Paris": "friendly",
        "average patients": "",
        "clinics with a wait over 2 hours": "",
        "total patients seen in clinic Z": "Z",
        "how many doctors per clinic": "doctors",
        "which clinic is closest": "closest",
    },
)
