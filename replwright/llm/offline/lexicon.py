"""The published grammar's words: what each means, whatever the table. A column or value is never named here."""

import calendar
from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a word does in a question."""

    AGGREGATE = "aggregate"
    COUNT = "count"
    DISTINCT = "distinct"
    DESCRIBE = "describe"
    SHARE = "share"
    SUPERLATIVE = "superlative"
    LATEST = "latest"
    COMMON = "common"
    TOP = "top"
    GROUP = "group"
    BY = "by"
    PERIOD = "period"
    PERIODICAL = "periodical"
    MONTH = "month"
    COMPARISON = "comparison"
    TIMELY = "timely"
    BETWEEN = "between"
    FROM = "from"
    TO = "to"
    NEAR = "near"
    THAT = "that"
    SIGN = "sign"
    LARGER = "larger"
    LARGEST = "largest"
    NOT = "not"
    MISSING = "missing"
    LACKING = "lacking"
    HAVE = "have"
    VERB = "verb"
    EQUALS = "equals"
    YES = "yes"
    COMPARE = "compare"
    DIFFERENCE = "difference"
    VERSUS = "versus"
    DISTRIBUTION = "distribution"
    QUANTILES = "quantiles"
    CORRELATION = "correlation"
    TREND = "trend"
    THEN = "then"
    AND = "and"
    OR = "or"
    LIST = "list"
    ROWS = "rows"
    SCALE = "scale"
    FILLER = "filler"


Meaning = tuple[Role, str]

_WORDS: Mapping[Meaning, str] = {
    (Role.AGGREGATE, "mean"): "mean | average | averages | avg | on average",
    (Role.AGGREGATE, "median"): "median | medians",
    (Role.AGGREGATE, "sum"): "sum | total | totals | sums | combined",
    (Role.AGGREGATE, "min"): "minimum | min",
    (Role.AGGREGATE, "max"): "maximum | max",
    (Role.COUNT, ""): "count | counts | how many | number of | how many times",
    (Role.DISTINCT, ""): "distinct | different | unique",
    (Role.DESCRIBE, ""): "analyse | analyze | analysis | summarise | summarize | summary | describe | overview"
    " | statistics | stats",
    (Role.SHARE, ""): "percentage | percent | share | proportion | fraction | %",
    (Role.SUPERLATIVE, "max"): "highest | largest | greatest | biggest | most | the most",
    (Role.SUPERLATIVE, "min"): "lowest | smallest | least | fewest",
    (Role.LATEST, "max"): "latest | most recent",
    (Role.LATEST, "min"): "earliest",
    (Role.COMMON, ""): "common | frequent | often",
    (Role.TOP, "max"): "top | rank",
    (Role.TOP, "min"): "bottom",
    (
        Role.GROUP,
        "",
    ): "by | per | each | every | for each | for every | in each | in every | of each | of every | across"
    " | grouped by | group by | broken down by | split by | depending on",
    (Role.BY, ""): "by",
    (Role.PERIOD, "daily"): "day | days",
    (Role.PERIODICAL, "yearly"): "yearly | annual | annually",
    (Role.PERIODICAL, "monthly"): "monthly",
    (Role.PERIODICAL, "quarterly"): "quarterly",
    (Role.PERIODICAL, "weekly"): "weekly",
    (Role.PERIODICAL, "daily"): "daily",
    (Role.COMPARISON, ">"): "> | over | above | more than | greater than | higher than | larger than | bigger than"
    " | exceeding | after | beyond",
    (Role.COMPARISON, "<"): "< | under | below | less than | fewer than | lower than | smaller than | before",
    (Role.COMPARISON, ">="): ">= | \u2265 | at least | no less than | not less than | not under | not below | since"
    " | greater than or equal to | more than or equal to | not before | no fewer than | not fewer than",
    (
        Role.COMPARISON,
        "<=",
    ): "<= | \u2264 | at most | no more than | not more than | not over | not above | up to | until"
    " | less than or equal to | smaller than or equal to | lower than or equal to | not after",
    (Role.TIMELY, ">"): "after",
    (Role.TIMELY, "<"): "before",
    (Role.TIMELY, ">="): "since | not before",
    (Role.TIMELY, "<="): "until | up to | not after",
    (Role.BETWEEN, ""): "between",
    (Role.FROM, ""): "from",
    (Role.TO, ""): "to | through | until",
    (Role.NEAR, ""): "near | close to | around | approximately",
    (Role.THAT, ""): "that | this | it | them",
    (Role.SIGN, "<"): "negative",
    (Role.SIGN, ">"): "positive",
    (
        Role.NOT,
        "",
    ): "not | no | except | excluding | other than | apart from | but not | without | except for | != | <>",
    (Role.MISSING, ""): "missing | blank | empty | null",
    (Role.LACKING, ""): "no | without",
    (Role.HAVE, ""): "have | has | had | having | with",
    (Role.VERB, ""): "is | are | was | were | have | has | had | having | who | that | which",
    (Role.EQUALS, ""): "= | == | equals | equal to | named | called | is | are | was | were | of",
    (Role.YES, "yes"): "true | yes",
    (Role.YES, ""): "false",
    (Role.COMPARE, ""): "compare | comparison",
    (Role.DIFFERENCE, ""): "difference | differ",
    (Role.VERSUS, ""): "versus | vs | compared to | compared with",
    (Role.DISTRIBUTION, ""): "distribution | distributed",
    (Role.QUANTILES, ""): "histogram | spread | quartiles | quantiles | percentiles",
    (Role.CORRELATION, ""): "correlation | correlate | correlates | correlated | relationship | relation | related",
    (Role.TREND, ""): "trend | trends | over time | change over time | changed over time | changes over time"
    " | develop over time | developed over time",
    (Role.THEN, ""): "then | and then | after that | afterwards",
    (Role.AND, ""): "and | , | ; | & | also | as well as | but",
    (Role.OR, ""): "or",
    (Role.LIST, ""): "list | show | display | find | get | give | print",
    (Role.ROWS, ""): "row | rows | record | records | entry | entries | item | items | line | lines | observation"
    " | observations | ones | one | those | who",
    (Role.SCALE, "1e3"): "k | thousand",
    (Role.SCALE, "1e6"): "million",
    (Role.SCALE, "1e9"): "billion",
    (Role.FILLER, ""): "a | an | the | of | in | on | at | for | to | with | from | is | are | was | were | be | been"
    " | do | does | did | has | have | had | having | what | whats | which | whose | where | when | how | how much"
    " | much | as | its | it | that | this | these | there | their | they | than | please | kindly | me | my | us | our"
    " | we | i | you | your | can | could | would | tell | want | know | need | calculate | compute | determine | only"
    " | all | any | among | within | s | hi | hello | hey | thanks | thank you | would like | d like"
    " | want to know | like to know | need to know | would like to know | let | overall"
    " | in total | altogether | exist | exists",
    (Role.FILLER, "noun"): "value | values | column | columns | data | dataset | table | file | csv",
}


def _phrases() -> dict[tuple[str, ...], tuple[Meaning, ...]]:
    found: dict[tuple[str, ...], tuple[Meaning, ...]] = {}
    for meaning, phrases in _WORDS.items():
        for phrase in phrases.split(" | "):
            words = tuple(phrase.split())
            found[words] = (*found.get(words, ()), meaning)
            if meaning == (Role.PERIODICAL, phrase) and phrase != "daily":
                # What happens monthly happens each month.
                noun = phrase.removesuffix("ly")
                found[(noun,)] = found[(noun + "s",)] = ((Role.PERIOD, phrase),)
    for number, name in enumerate(calendar.month_name):
        found |= {(name.lower(),): ((Role.MONTH, str(number)),)} if name else {}
    return found


PHRASES = _phrases()
LONGEST_PHRASE = max(len(phrase) for phrase in PHRASES)
CALENDAR_NOUN = "yearly".removesuffix("ly")

_SMALL = "zero | one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve"
NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL.split(" | "))}
NUMBER_WORDS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100}

ABILITIES = (
    "count, sum, mean, median, min and max of columns, overall or by columns; the top or bottom rows or groups; "
    "rows that match values, numbers or dates (over, under, between, not, missing); shares of rows; comparing values "
    "of a column; distributions, correlations and trends; and an average first, then the rows near, above or below it"
)
