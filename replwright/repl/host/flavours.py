"""What a REPL is born with: a bare Python, one that knows tables, or one that can plot as well."""

from enum import StrEnum


class Flavour(StrEnum):
    """Each has a zygote of its own: forking costs what its memory costs."""

    BARE = "bare"
    DATA = "data"
    PLOT = "plot"
