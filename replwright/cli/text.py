"""Text for a terminal. What models, tables and REPLs wrote may hold escape sequences: none of them gets through."""

import json
import sys
from typing import Any

import typer

from orchestration.errors import ReplwrightError


def safe(text: str) -> str:
    """`text` without control characters, line breaks and tabs apart."""
    return "".join(char if char in "\n\t" or char.isprintable() else "\ufffd" for char in text)


def one_line(text: str, limit: int = 100) -> str:
    """The text on one line of at most `limit` characters."""
    flat = " ".join(safe(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def fail(error: ReplwrightError) -> None:
    """One clear line on standard error."""
    print(f"replwright: {one_line(str(error), 2000)}", file=sys.stderr)
