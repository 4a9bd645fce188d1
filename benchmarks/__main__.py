"""`make bench`: every question, or those named: `python -m benchmarks overhead`."""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks import front_door, overhead
from benchmarks.report import publish
from replwright.local import stack
from replwright.settings import Settings
from tests.support.scripted_model import ScriptedModel

QUESTIONS = ("overhead", "warm_run", "cold_run")


def main(names: list[str]) -> None:
    wanted = names or list(QUESTIONS)
    if unknown := set(wanted) - set(QUESTIONS):
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    if {"overhead", "warm_run"} & set(wanted):
        _on_a_stack(wanted)
    if "cold_run" in wanted:
        publish("cold_run", front_door.cold())


def _on_a_stack(wanted: list[str]) -> None:
    with ScriptedModel(overhead.script) as model, tempfile.TemporaryDirectory(prefix="rw-bench-") as folder:
        os.environ |= {
            "REPLWRIGHT_MODEL": "scripted",
            "REPLWRIGHT_MODEL_BASE_URL": model.base_url,
            "REPLWRIGHT_MODEL_API_KEY": "none",
        }
        settings = Settings(home=Path(folder))
        endpoints = stack.ensure(settings, stops_when_idle=False, ends_with_caller=True)
        try:
            os.environ |= endpoints.environ()
            if "overhead" in wanted:
                publish("overhead", overhead.measure(endpoints, model))
            if "warm_run" in wanted:
                publish("warm_run", front_door.warm(endpoints))
        finally:
            stack.stop(settings)


if __name__ == "__main__":
    main(sys.argv[1:])
