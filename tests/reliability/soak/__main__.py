"""`python -m tests.reliability.soak --minutes M --seed N --out FILE.json`: exit code 1 if a promise is broken."""

import argparse
import json
import random
import signal
import sys
import time
from pathlib import Path

from orchestration.errors import BadInput, ExitCode
from tests.reliability.soak.report import markdown
from tests.reliability.soak.run import Plan, soak
from tests.reliability.soak.schedule import GROUPS, faults_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--faults", type=int, help="end once so many faults hit, if that is earlier")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kinds", default="", help=f"only these faults, by comma: {','.join(GROUPS)}")
    parser.add_argument("--jobs", type=int, default=30, help="how many are in flight at once")
    parser.add_argument("--out", type=Path, help="where the figures go, as JSON; beside it the report, as Markdown")
    parser.add_argument("--keep", action="store_true", help="keep the logs and the database in any case")
    options = parser.parse_args()
    try:
        faults = faults_of([name for name in options.kinds.split(",") if name])
    except BadInput as error:
        print(error, file=sys.stderr)
        return int(ExitCode.BAD_INPUT)
    # Whoever ends the harness ends its stack in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    plan = Plan(options.seed, options.minutes, faults, options.faults, options.jobs, options.keep)
    figures = soak(plan, lambda line: print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=1) + "\n")
        options.out.with_suffix(".md").write_text(markdown(figures) + "\n")
    print(markdown(figures))
    return 1 if figures["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
