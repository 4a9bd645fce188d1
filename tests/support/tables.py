"""Small tables of several kinds, unlike the sample, with the answers computed apart by pandas."""

import random
from pathlib import Path

import pandas as pd


def orders(seed: int = 7) -> pd.DataFrame:
    """Shop orders: dirty on purpose (blanks, spaces, mixed case are left to the CSV)."""
    chance = random.Random(seed)
    return pd.DataFrame(
        {
            "order_no": range(1, 401),
            "branch": [chance.choice(["North", "South", "Harbour"]) for _ in range(400)],
            "drink": [chance.choice(["espresso", "mocha", "tea"]) for _ in range(400)],
            "cups": [chance.randint(1, 9) for _ in range(400)],
            "total": [round(chance.uniform(2, 60), 2) for _ in range(400)],
        }
    )


def stations(seed: int = 8) -> pd.DataFrame:
    """Weather stations: dates and gaps."""
    chance = random.Random(seed)
    return pd.DataFrame(
        {
            "station": [f"S{number % 12:02}" for number in range(600)],
            "day": pd.date_range("2025-01-01", periods=600, freq="h").strftime("%Y-%m-%d"),
            "rainfall": [None if chance.random() < 0.1 else round(chance.expovariate(0.2), 1) for _ in range(600)],
            "altitude": [100 * (number % 12) for number in range(600)],
        }
    )


def genes() -> pd.DataFrame:
    """A narrow table with long names."""
    return pd.DataFrame(
        {
            "gene symbol": ["BRCA1", "TP53", "EGFR", "MYC"] * 25,
            "tissue": ["lung", "skin", "liver", "skin", "lung"] * 20,
            "expression level": [float(n % 17) for n in range(100)],
        }
    )


def write(table: pd.DataFrame, path: Path) -> Path:
    """In the format that the ending names."""
    match path.suffix:
        case ".csv":
            table.to_csv(path, index=False)
        case ".tsv":
            table.to_csv(path, index=False, sep="\t")
        case ".json":
            table.to_json(path, orient="records")
        case ".jsonl":
            table.to_json(path, orient="records", lines=True)
        case ".parquet":
            table.to_parquet(path)
        case ".xlsx":
            table.to_excel(path, index=False)
        case other:
            raise ValueError(other)
    return path
