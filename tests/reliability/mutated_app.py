"""`celery -A tests.reliability.mutated_app`: the app that the environment names, in a process with a mutant on."""

import importlib
import os

from tests.reliability import mutants
from tests.reliability.mutating import APP, MUTANT

mutants.named(os.environ[MUTANT]).apply()
app = importlib.import_module(os.environ[APP]).app

__all__ = ["app"]
