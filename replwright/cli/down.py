"""`replwright down`: stop the stack of this machine."""

from replwright import settings as replwright_settings
from replwright.cli.options import Json
from replwright.cli.progress import Progress
from replwright.cli.text import print_json
from replwright.local import stack


def down(json: Json = False) -> None:
    settings = replwright_settings.load()
    progress = Progress(quiet=json)
    stopped = stack.stop(settings, progress)
    if json:
        print_json({"stopped": stopped})
    else:
        progress("stopped" if stopped else f"no stack runs in {settings.home}")
