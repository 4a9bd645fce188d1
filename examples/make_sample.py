"""Writes the sample table, listings of recreational vehicles, with the mess that real files have; always the same.

python examples/make_sample.py rv_listings.csv [--rows 8000]
"""

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SEED = 20_260_101
COLUMNS = ("region", "manufacturer", "year", "mileage", "price")
REGIONS = {
    "Northeast": 1.08,
    "Southeast": 0.97,
    "Midwest": 0.93,
    "Southwest": 1.0,
    "West Coast": 1.15,
    "Mountain": 1.03,
}
MANUFACTURERS = {
    "Winnebago": 92_000,
    "Thor Motor Coach": 84_000,
    "Jayco": 61_000,
    "Forest River": 55_000,
    "Airstream": 98_000,
    "Coachmen": 58_000,
    "Tiffin": 165_000,
    "Newmar": 210_000,
}
NEWEST = 2025


def rows(count: int, chance: random.Random) -> Iterator[list[str]]:
    """`count` listings as the cells of a file; about one in sixty repeats an earlier one."""
    written: list[list[str]] = []
    while len(written) < count:
        if written and chance.random() < 1 / 60:
            written.append(list(chance.choice(written)))
        else:
            written.append(_listing(chance))
        yield written[-1]


def _listing(chance: random.Random) -> list[str]:
    region = chance.choice(list(REGIONS))
    manufacturer = chance.choices(list(MANUFACTURERS), weights=[9, 8, 7, 9, 4, 6, 2, 2])[0]
    age = min(int(chance.expovariate(1 / 7)), 28)
    mileage = max(0, int(age * chance.gauss(5_200, 1_900) + chance.random() * 900))
    value = MANUFACTURERS[manufacturer] * REGIONS[region] * 0.915**age * (1 - min(mileage, 150_000) / 600_000)
    price = max(1_500, int(value * chance.lognormvariate(0, 0.18)) // 50 * 50)
    return [
        _spelled(region, chance),
        _spelled(manufacturer, chance),
        _year(NEWEST - age, chance),
        _mileage(mileage, chance),
        _price(price, chance),
    ]


def _spelled(name: str, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.02:
        return ""
    if drawn < 0.06:
        return name.upper()
    if drawn < 0.09:
        return name.lower()
    return f" {name}" if drawn < 0.11 else f"{name} " if drawn < 0.13 else name


def _year(year: int, chance: random.Random) -> str:
    drawn = chance.random()
    return "" if drawn < 0.02 else chance.choice(("0", "2109")) if drawn < 0.023 else str(year)


def _mileage(mileage: int, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.05:
        return ""
    if drawn < 0.053:
        return "-1"
    if drawn < 0.055:
        return "9999999"
    return f"{mileage:,}" if drawn < 0.30 else str(mileage)


def _price(price: int, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.03:
        return ""
    if drawn < 0.04:
        return chance.choice(("call for price", "POA", "sold"))
    if drawn < 0.043:
        return chance.choice(("0", "1"))
    if drawn < 0.40:
        return f"${price:,}"
    return f" ${price:,} " if drawn < 0.45 else f"{price:,}" if drawn < 0.55 else str(price)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=8_000)
    options = parser.parse_args()
    try:
        options.file.parent.mkdir(parents=True, exist_ok=True)
        with options.file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows(options.rows, random.Random(SEED)))  # noqa: S311
    except OSError as error:
        print(f"cannot write {options.file}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
