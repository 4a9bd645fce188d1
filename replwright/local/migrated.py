"""Whether the embedded database is known to be at this release's schema, without asking it: that takes a second."""

import hashlib
from pathlib import Path

from replwright.local.files import write_private

_MIGRATIONS = Path(__file__).parents[2] / "migrations"


def fingerprint() -> str:
    """Changes with every change of a migration."""
    digest = hashlib.sha256()
    for path in sorted(path for path in _MIGRATIONS.rglob("*") if path.suffix in (".py", ".sql")):
        digest.update(path.relative_to(_MIGRATIONS).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_current(mark: Path) -> bool:
    """The mark lies beside the cluster, and is removed with it."""
    try:
        return mark.read_text() == fingerprint()
    except OSError:
        return False


def record(mark: Path) -> None:
    write_private(mark, fingerprint())
