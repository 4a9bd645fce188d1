"""`replwright doctor`: what is wrong with this installation, and what to do about it."""

from dataclasses import asdict

import typer

from orchestration.errors import ExitCode
from replwright import settings as replwright_settings
from replwright.cli.options import Json
from replwright.cli.text import one_line, print_json
from replwright.local import checkup


def doctor(json: Json = False) -> None:
    settings = replwright_settings.load()
    findings = []
    for finding in checkup.examine(settings):
        findings.append(finding)
        if not json:
            mark = {True: "ok  ", False: "BAD ", None: "-   "}[finding.ok]
            remedy = f"; {finding.remedy}" if finding.remedy else ""
            typer.echo(f"{mark}{finding.name:16} {one_line(finding.what + remedy, 500)}")
    healthy = all(finding.ok is not False for finding in findings)
    if json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    raise typer.Exit(int(ExitCode.ANSWERED if healthy else ExitCode.SERVICE_MISSING))
