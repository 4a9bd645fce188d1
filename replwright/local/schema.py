"""Run as a module: bring the database of this process's settings to this release's schema."""

import sys

from models.migrate import upgrade
from orchestration.errors import ReplwrightError
from replwright import settings as replwright_settings

if __name__ == "__main__":
    try:
        upgrade(replwright_settings.load().database_url.get_secret_value())
    except ReplwrightError as error:
        sys.exit(str(error))
