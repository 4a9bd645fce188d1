"""What a `pre` migration may not hold: the running release, and its writers, go on beside it. The rules are in docs.

`objections` reads SQL as the files of this house are written: one statement ends with a semicolon, strings hold none.
"""

import re
from collections.abc import Sequence

# A row or a few each: scanning them takes no time.
SMALL = frozenset({"processes", "tenants", "keys", "quotas", "applied_migrations", "schedules", "webhooks"})

_TABLE = re.compile(r"^ALTER TABLE (?:ONLY )?(\w+)")
_INDEX = re.compile(r"^CREATE (UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?(\w+) ON (\w+)")
_DROP_INDEX = re.compile(r"^DROP INDEX (?:CONCURRENTLY )?(?:IF EXISTS )?(\w+)")
_CREATED = re.compile(r"CREATE TABLE (\w+)")
_CHECK = re.compile(r"^ADD CONSTRAINT (\w+) CHECK (\(.*\))( NOT VALID)?$")
_WORDS = re.compile(r"'(\w+)'")


def statements(sql: str) -> list[str]:
    """One line each, without comments."""
    plain = re.sub(r"--[^\n]*", "", sql)
    return [" ".join(statement.split()) for statement in plain.split(";") if statement.strip()]


def objections(migration: str, before: str = "") -> list[str]:
    """Why the SQL of one migration may not be applied beside a running release. `before` is all SQL of those before."""
    found: list[str] = []
    here = statements(migration)
    new_tables = set(_CREATED.findall(" ".join(here)))
    added = {name for one in here for name in re.findall(r"ADD COLUMN (\w+)", one)}
    for statement in here:
        for why in _of(statement, new_tables, added, here, before):
            found.append(f"{why}: {statement[:100]}")
    return found


def _of(statement: str, new: set[str], added: set[str], here: Sequence[str], before: str) -> list[str]:
    if index := _INDEX.match(statement):
        return _of_index(bool(index[1]), bool(index[2]), index[4], new)
    if dropped := _DROP_INDEX.match(statement):
        return _of_dropped(dropped[1], here, before)
    if table := _TABLE.match(statement):
        rest = statement[table.end() :].strip()
        actions = re.split(r", (?=ADD |ALTER |DROP |VALIDATE |RENAME |SET )", rest)
        return [] if table[1] in new else [why for one in actions for why in _of_action(one, added, here, before)]
    if statement.startswith(("CREATE TABLE ", "CREATE OR REPLACE FUNCTION ", "CREATE FUNCTION ")):
        return []
    if (into := re.match(r"INSERT INTO (\w+)", statement)) and into[1] in new:
        return []
    return ["only adding and relaxing is known to be tolerated"]


def _of_index(unique: bool, concurrently: bool, table: str, new: set[str]) -> list[str]:
    if table in new:
        return []
    found = ["a new unique index refuses what older writers write"] if unique else []
    return found if concurrently or table in SMALL else [*found, "writers wait while it is built: CONCURRENTLY"]


def _of_dropped(name: str, here: Sequence[str], before: str) -> list[str]:
    if re.search(rf"UNIQUE INDEX {name}\b", before):
        return ["older writers name it ON CONFLICT"]
    made_anew = any((index := _INDEX.match(one)) and index[3] == name for one in here)
    return [] if made_anew else ["older queries would be slow without it"]


def _of_action(action: str, added: set[str], here: Sequence[str], before: str) -> list[str]:
    if action.startswith("ADD COLUMN "):
        return _of_column(action)
    if action.startswith("ADD CONSTRAINT "):
        return _of_constraint(action, added, here, before)
    if dropped := re.match(r"DROP CONSTRAINT (?:IF EXISTS )?(\w+)", action):
        return [] if dropped[1].startswith("ck_") else ["older writers name it ON CONFLICT"]
    if action.startswith("VALIDATE CONSTRAINT "):
        name = action.split()[-1]
        together = any(f"ADD CONSTRAINT {name} " in one for one in here)
        return ["it keeps everybody out when added before it: a migration of its own"] if together else []
    if re.match(r"ALTER (COLUMN )?\w+ (SET DEFAULT|DROP NOT NULL)", action) or action.startswith("SET ("):
        return []
    return ["only adding and relaxing is known to be tolerated"]


def _of_column(action: str) -> list[str]:
    default = re.search(r" DEFAULT (\S+)", action)
    if " NOT NULL" in action and not default:
        return ["older writers leave it out: it needs a DEFAULT"]
    if default and "(" in default[1]:
        return ["a default that is computed a row rewrites the table"]
    if re.search(r" (UNIQUE|PRIMARY KEY|REFERENCES|CHECK)\b", action):
        return ["a constraint beside a column keeps everybody out: ADD CONSTRAINT ... NOT VALID"]
    return []


def _of_constraint(action: str, added: set[str], here: Sequence[str], before: str) -> list[str]:
    check = _CHECK.match(action)
    if not check:
        return ["a new key refuses what older writers write"]
    name, condition, is_unchecked = check[1], check[2], check[3]
    found = [] if is_unchecked else ["the table is read under a lock: NOT VALID, and VALIDATE in the next migration"]
    columns = set(re.findall(r"\b[a-z_]+\b", re.sub(r"'[^']*'", "", condition)))
    if columns <= added:
        return found
    earlier = re.findall(rf"CONSTRAINT {name} CHECK (\(.*?\)\s*\))", " ".join(before.split()))
    widens = any(f"DROP CONSTRAINT {name}" in one for one in here) and earlier
    if widens and set(_WORDS.findall(condition)) >= set(_WORDS.findall(earlier[-1])):
        return found
    return [*found, "older writers may break it"]
