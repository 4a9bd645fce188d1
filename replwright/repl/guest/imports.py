"""The import whitelist: guidance with clear errors. The boundary is the kernel's, not this."""

import builtins
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_STANDARD_NAMES = """
    __future__ abc array base64 binascii bisect calendar cmath codecs collections colorsys contextlib copy csv
    dataclasses datetime decimal difflib enum fractions functools glob gzip hashlib heapq html io itertools json
    locale math numbers operator pathlib pprint random re statistics string struct tempfile textwrap time traceback
    types typing unicodedata uuid warnings zipfile zlib zoneinfo
"""
_STANDARD = frozenset(_STANDARD_NAMES.split())
_TOOLS = frozenset({"pip", "setuptools", "wheel", "pkg_resources", "distutils", "_distutils_hack"})
_installed: frozenset[str] = frozenset()


class NotAvailable(ImportError):
    """The module may not be imported here; the message says what may."""


NotAvailable.__module__ = "builtins"


def learn_what_is_installed() -> None:
    """Note the top-level packages of the guest's environment, which operators extend. To be called before the fork."""
    global _installed
    found = set()
    for folder in sys.path:
        if folder.rstrip("/").endswith(("site-packages", "dist-packages")) and os.path.isdir(folder):
            for entry in os.listdir(folder):
                name, _, rest = entry.partition(".")
                if rest in ("", "py") or rest.endswith("so"):
                    found.add(name)
    _installed = frozenset(name for name in found - _TOOLS if name.isidentifier() and not name.startswith("_"))


def guarded_import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """`__import__` as REPL code sees it. Raises NotAvailable, an ImportError, for what is not on the list."""
    top = name.partition(".")[0]
    if top not in _STANDARD and top not in _installed:
        known = ", ".join(sorted(_STANDARD - {"__future__"}))
        raise NotAvailable(
            f"module {top!r} is not available in a REPL; installed packages: {', '.join(_shown())}; "
            f"standard library: {known}",
            name=name,
        )
    return builtins.__import__(name, globals, locals, fromlist or (), level)


def _shown() -> list[str]:
    """The installed packages that people know by name first: the list of an extended environment may be long."""
    known = [name for name in ("pandas", "numpy", "scipy", "matplotlib", "pyarrow", "openpyxl") if name in _installed]
    return known + sorted(_installed.difference(known))[:40]
