"""Run as a module: bring the database of this process's settings to this release's schema, and mark that it is.

python -m replwright.local.schema [MARK]
"""

import sys
from pathlib import Path

from models.migrate import upgrade
from orchestration.errors import ReplwrightError
from replwright import settings as replwright_settings
from replwright.local import migrated

if __name__ == "__main__":
    try:
        upgrade(replwright_settings.load().database_url.get_secret_value())
    except ReplwrightError as error:
        sys.exit(str(error))
    for mark in sys.argv[1:]:
        migrated.record(Path(mark))
