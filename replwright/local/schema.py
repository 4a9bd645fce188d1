"""Run as a module: bring the database of this process's settings to this release's schema, and mark that it is.

python -m replwright.local.schema [MARK]

While another release runs on the same database, what that needs is left: this release works without the rest.
"""

import sys
from pathlib import Path

from models.migrate import upgrade_after_deploy, upgrade_before_deploy
from orchestration.errors import ReplwrightError, StillNeeded
from replwright import settings as replwright_settings
from replwright.local import migrated
from replwright.settings import Settings


def bring_up_to_date(settings: Settings) -> bool:
    """Whether nothing is left to be applied. Raises ReplwrightError."""
    url = settings.database_url.get_secret_value()
    try:
        upgrade_after_deploy(url, settings.release)
    except StillNeeded as error:
        print(error, file=sys.stderr)
        return not upgrade_before_deploy(url).missing
    return True


if __name__ == "__main__":
    try:
        done = bring_up_to_date(replwright_settings.load())
    except ReplwrightError as error:
        sys.exit(str(error))
    for mark in sys.argv[1:] if done else ():
        migrated.record(Path(mark))
