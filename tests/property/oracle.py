"""What the answers must be, computed by pandas from the truth behind a dirty table. Imports nothing of ours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

Number = float | None


@dataclass(frozen=True)
class Condition:
    """A row passes when `passes` holds for its cell; a missing or unusable cell never passes."""

    column: str
    passes: Callable[[Any], bool]


def kept(truth: pd.DataFrame, conditions: Sequence[Condition] = ()) -> pd.DataFrame:
    """The rows that pass all the conditions. A cell of `truth` is a float, a folded label, or None."""
    rows = truth
    for condition in conditions:
        chosen = [cell is not None and condition.passes(cell) for cell in rows[condition.column]]
        rows = rows[pd.Series(chosen, index=rows.index, dtype=bool)]
    return rows


def measured(rows: pd.DataFrame, function: str, column: str | None) -> Number:
    """`function` over the usable numbers of the rows; None where it is not defined."""
    if column is None:
        return float(len(rows))
    cells = [cell for cell in rows[column] if cell is not None]
    if function == "count":
        return float(len(cells))
    if function == "distinct":
        return float(len(set(cells)))
    return float(getattr(pd.Series(cells, dtype="float64"), function)()) if cells else None


def by_groups(
    rows: pd.DataFrame, grouping: Sequence[str], function: str, column: str | None
) -> Mapping[tuple[Any, ...], Number]:
    """The measure of each group; rows without one of the keys belong to none."""
    keys = [tuple(row) for row in rows[list(grouping)].astype(object).itertuples(index=False)]
    groups = {key for key in keys if None not in key}
    chosen = {key: pd.Series([one == key for one in keys], index=rows.index, dtype=bool) for key in groups}
    return {key: measured(rows[mask], function, column) for key, mask in chosen.items()}


def top_groups(groups: Mapping[tuple[Any, ...], Number], count: int, highest: bool) -> list[Number]:
    """The measures of the first groups, groups without one last."""
    known = sorted((value for value in groups.values() if value is not None), reverse=highest)
    unknown: list[Number] = [None] * (len(groups) - len(known))
    return [*known, *unknown][:count]


def left_out(truth_column: Sequence[Any], texts: Sequence[Any]) -> tuple[int, int]:
    """(cells without a value, cells that hold something that is no number)."""
    pairs = [(cell, text is None or not str(text).strip()) for cell, text in zip(truth_column, texts, strict=True)]
    return (
        sum(1 for cell, blank in pairs if cell is None and blank),
        sum(1 for cell, blank in pairs if cell is None and not blank),
    )
