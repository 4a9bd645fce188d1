"""The published grammar's words: what each means, whatever the table. A column or value is never named here."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a word does in a question."""

    AGGREGATE = "aggregate"
    COUNT = "count"
    DISTINCT = "distinct"
    DESCRIBE = "describe"
    SUPERLATIVE = "superlative"
    TOP = "top"
    GROUP = "group"
    COMPARISON = "comparison"
    BETWEEN = "between"
    NEAR = "near"
    NOT = "not"
    MISSING = "missing"
    COMPARE = "compare"
    DISTRIBUTION = "distribution"
    CORRELATION = "correlation"
    TREND = "trend"
    THEN = "then"
    AND = "and"
    OR = "or"
    LIST = "list"
    ROWS = "rows"
    EQUALS = "equals"
    FILLER = "filler"
    COLUMN = "column"
    VALUE = "value"
    NUMBER = "number"


SOFT = frozenset({Role.FILLER, Role.LIST, Role.ROWS, Role.AND})

_WORDS: Mapping[tuple[Role, str], str] = {
    (Role.AGGREGATE, "mean"): "mean | average | averages | avg | on average",
    (Role.AGGREGATE, "median"): "median | medians",
    (Role.AGGREGATE, "sum"): "sum | total | totals | sums",
    (Role.AGGREGATE, "min"): "minimum | min",
    (Role.AGGREGATE, "max"): "maximum | max",
    (Role.COUNT, ""): "count | counts | how many | number of | the number of",
    (Role.DISTINCT, ""): "distinct | different | unique",
    (Role.DESCRIBE, ""): "analyse | analyze | analysis | summarise | summarize | summary | describe | overview"
    " | statistics | stats",
    (Role.SUPERLATIVE, "max"): "highest | largest | greatest | biggest | most",
    (Role.SUPERLATIVE, "min"): "lowest | smallest | least | fewest",
    (Role.TOP, "max"): "top",
    (Role.TOP, "min"): "bottom",
    (Role.GROUP, ""): "by | per | each | every | for each | for every | in each | in every | across | grouped by"
    " | group by | broken down by | split by | depending on",
    (Role.COMPARISON, ">"): "> | over | above | more than | greater than | higher than | larger than | exceeding"
    " | after | beyond",
    (Role.COMPARISON, "<"): "< | under | below | less than | fewer than | lower than | smaller than | before",
    (Role.COMPARISON, ">="): ">= | \u2265 | at least | no less than | not less than | not under | not below | since",
    (
        Role.COMPARISON,
        "<=",
    ): "<= | \u2264 | at most | no more than | not more than | not over | not above | up to | until",
    (Role.BETWEEN, ""): "between",
    (Role.NEAR, ""): "near | close to | around | approximately",
    (Role.NOT, ""): "not | except | excluding | other than | apart from | but not | without | except for | != | <>",
    (Role.MISSING, ""): "missing | blank | empty | null",
    (Role.COMPARE, ""): "compare | comparison | compared to | compared with | difference | differ | versus | vs",
    (Role.DISTRIBUTION, ""): "distribution | distributed | histogram | spread | quartiles | quantiles | percentiles",
    (Role.CORRELATION, ""): "correlation | correlate | correlates | correlated | relationship | relation | related",
    (Role.TREND, ""): "trend | trends | over time",
    (Role.THEN, ""): "then | and then | after that | afterwards",
    (Role.AND, ""): "and | , | ; | & | also | as well as",
    (Role.OR, ""): "or",
    (Role.LIST, ""): "list | show | display | find | get | give | filter | select | which | print"
    " | value | values | overall | column | columns",
    (Role.ROWS, ""): "row | rows | record | records | entry | entries | item | items | line | lines | observation"
    " | observations | data | dataset | table | file | csv | ones | one | them | those | who",
    (Role.EQUALS, ""): "= | == | equals | equal to | named | called",
    (Role.FILLER, ""): "a | an | the | of | in | on | at | for | to | with | from | is | are | was | were | be | been"
    " | do | does | did | has | have | had | having | what | whats | whose | where | how | how much | much"
    " | as | its | it | that | this | these | there | their | they | than | please | me | my | us | our | we | i | you"
    " | your | can | could | would | tell | want | know | need | calculate | compute | determine | only"
    " | all | any | within | among | s",
}

PHRASES: Mapping[tuple[str, ...], tuple[Role, str]] = {
    tuple(phrase.split()): meaning for meaning, phrases in _WORDS.items() for phrase in phrases.split(" | ")
}
LONGEST_PHRASE = max(len(phrase) for phrase in PHRASES)

NUMBER_WORDS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "twenty": 20,
}

ABILITIES = (
    "count, sum, mean, median, min and max of columns, overall or by columns; the top or bottom rows or groups; "
    "rows that match values or numbers (over, under, between, not, missing); comparing two values of a column; "
    "distributions, correlations and trends; and an average first, then the rows near, above or below it"
)
