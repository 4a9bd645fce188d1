"""Which model answers: the one asked for, a plan that needs none, or the built-in rules."""

from pathlib import Path

from orchestration.errors import BadInput
from replwright import settings as replwright_settings
from replwright.llm.choose import GIVEN_PLAN, OFFLINE, resolve_model
from replwright.llm.given_plan import validate_plan_text

MAX_PLAN_BYTES = 64 * 1024**2


def chosen_model(name: str, given_plan: str | None) -> str:
    """The name for the row. Raises BadInput for a model that this installation cannot reach."""
    if given_plan is not None:
        return GIVEN_PLAN
    settings = replwright_settings.load()
    return resolve_model(settings, name or settings.model or OFFLINE).name


def read_plan(path: Path) -> str:
    """The checked text of a `--plan` file."""
    return validate_plan_text(read_text(path, "--plan", MAX_PLAN_BYTES))


def read_text(path: Path, field: str, limit: int) -> str:
    """A small UTF-8 file. Raises BadInput that names the option."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise BadInput(f"{field} {path}", error.strerror or str(error), "give a file that you can read") from None
    if len(raw) > limit:
        raise BadInput(f"{field} {path}", f"is over {limit} bytes", "give a smaller file")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadInput(f"{field} {path}", "is not UTF-8 text", "save it as UTF-8") from None
