"""`results["task_id"]`: what earlier tasks of the same orchestration left behind."""

import json
from dataclasses import dataclass
from typing import Any


class Named(dict[str, Any]):
    """A dict whose KeyError says which names there are."""

    def __init__(self, what: str, items: dict[str, Any]) -> None:
        super().__init__(items)
        self._what = what

    def __missing__(self, name: object) -> Any:
        raise KeyError(f"there is no {self._what} named {name!r}; there are: {', '.join(self) or 'none'}")


@dataclass(frozen=True)
class Result:
    """One earlier result. `value` is typed where JSON could carry it, else the text that a REPL shows."""

    stdout: str
    value: Any
    artifacts: dict[str, str]


def earlier(job: dict[str, Any], folder: str) -> Named:
    """The results of the job's message; artifacts are read-only paths under `folder`."""
    made = {
        one["task_id"]: Result(
            stdout=one["stdout"],
            value=json.loads(one["value_json"]) if one["value_json"] is not None else one["value"],
            artifacts=Named("artifact", {name: f"{folder}/{path}" for name, path in one["artifacts"].items()}),
        )
        for one in job["results"]
    }
    return Named("earlier result", made)
