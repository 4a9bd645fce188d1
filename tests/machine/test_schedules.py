"""Some hundred schedules of the whole machine; `make faults` draws 10,000."""

import json
import os
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.bench import bench
from tests.machine.schedule import schedules
from tests.support.database import Clock
from tests.support.seeds import seeds

COUNT = int(os.environ.get("REPLWRIGHT_TEST_SCHEDULES", "150"))
STEPS = 20
# Where to leave how many schedules and faults there were.
TALLY = os.environ.get("REPLWRIGHT_TEST_TALLY")
# A failing schedule is made as short as can be, which takes longer than to find it.
SHRINK = os.environ.get("REPLWRIGHT_TEST_SHRINK", "1") == "1"


def test_whatever_happens_every_job_ends_as_its_script_says(database_url: str, clock: Clock) -> None:
    [seed] = seeds("machine", 1)
    print(f"seed {seed}, {COUNT} schedules")
    with bench(database_url, clock) as shared:
        run_state_machine_as_test(
            hypothesis.seed(seed)(schedules(shared)),  # type: ignore[arg-type]
            settings=settings(
                max_examples=COUNT,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=False,
                report_multiple_bugs=False,
                phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert shared.schedules >= COUNT
        if TALLY:
            Path(TALLY).write_text(json.dumps({"schedules": shared.schedules, **shared.injected}))
