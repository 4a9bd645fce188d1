"""`replwright migrate`: bring the database to this release's schema."""

import typer

from models.migrate import upgrade
from orchestration.errors import ServiceMissing
from replwright import settings as replwright_settings
from replwright.cli.options import Json
from replwright.cli.text import print_json
from replwright.local import reach, stack


def migrate(json: Json = False) -> None:
    settings = replwright_settings.load()
    url = settings.database_url.get_secret_value()
    if not url:
        endpoints = stack.attach(settings)
        if endpoints is None:
            raise ServiceMissing(
                "no database is configured and no stack runs here",
                "set REPLWRIGHT_DATABASE_URL; the embedded database is migrated by `replwright up`",
            )
        url = endpoints.database_url
    reach.check_database(url)
    revision = upgrade(url)
    if json:
        print_json({"revision": revision.current, "head": revision.head})
    else:
        typer.echo(f"the database is at revision {revision.current}")
