"""`replwright migrate`: bring the database to this release's schema, before or after its code runs."""

from typing import Annotated

import typer

from models import migrate as migrations
from models.revision import Revision
from orchestration.errors import BadInput, ServiceMissing
from replwright import settings as replwright_settings
from replwright.cli.options import Json
from replwright.cli.text import print_json
from replwright.local import reach, stack
from replwright.settings import Settings

Pre = Annotated[bool, typer.Option("--pre", help="Only what the running release tolerates, before a deploy.")]
Force = Annotated[bool, typer.Option("--force", help="Also while another release runs, which may then fail.")]


def migrate(pre: Pre = False, force: Force = False, json: Json = False) -> None:
    if pre and force:
        raise BadInput("--force", "means nothing with --pre, which asks nobody", "leave one of them out")
    settings = replwright_settings.load()
    url = _url(settings)
    reach.check_database(url)
    if pre:
        revision = migrations.upgrade_before_deploy(url)
    elif force:
        revision = migrations.upgrade(url)
    else:
        revision = migrations.upgrade_after_deploy(url, settings.release)
    _tell(revision, json)


def _url(settings: Settings) -> str:
    """Raises ServiceMissing."""
    if url := settings.database_url.get_secret_value():
        return url
    endpoints = stack.attach(settings)
    if endpoints is None:
        raise ServiceMissing(
            "no database is configured and no stack runs here",
            "set REPLWRIGHT_DATABASE_URL; the embedded database is migrated by `replwright up`",
        )
    return endpoints.database_url


def _tell(revision: Revision, json: bool) -> None:
    waiting = [migration.revision for migration in revision.missing]
    if json:
        print_json({"revision": revision.current, "head": revision.head, "waiting": waiting})
        return
    typer.echo(f"the database is at revision {revision.current}")
    if waiting:
        typer.echo(f"{', '.join(waiting)}: to be applied by `replwright migrate` once the older release is gone")
