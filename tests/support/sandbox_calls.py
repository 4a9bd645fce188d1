"""Functions that the sandbox's host serves to REPL code in tests."""

import asyncio
from collections.abc import Sequence
from typing import Any


async def serve(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`echo` gives its arguments back, `wait` takes seconds, `fail` raises, `odd` returns what JSON cannot say."""
    if name == "wait":
        await asyncio.sleep(float(args[0]))
        return args[0]
    if name == "fail":
        raise ValueError(*args)
    if name == "odd":
        return object()
    return [list(args), kwargs]
