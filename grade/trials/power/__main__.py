"""grade/trials/power/__main__.py: `make power`: cut the power at any moment.

SEED=N repeats the run of that number; without it each run is a new one.
FULL=1 tries every workload of workload.combinations(), and longer random ones.
"""

import os
import secrets
import sys

from grade.machine.host import seeded
from grade.machine.host.build import build
from grade.trials.power.one_boot import Report
from grade.trials.power.parts import FULL, QUICK, run_part, whole


def named(config, part):
    """The Report of a part, whose problems say which part it was."""
    report = run_part(config, part)
    report.problems = [f"{part.name}: {problem}"
                       for problem in report.problems]
    return report


def run():
    seed = seeded.number_from("SEED", secrets.randbelow(10 ** 6))
    size = FULL if os.environ.get("FULL") == "1" else QUICK
    print(f"power: SEED={seed}" + (" FULL=1" if size is FULL else ""),
          flush=True)
    config = build()
    return seeded.side_by_side("power", Report(), named,
                              [(config, part) for part in whole(seed, size)])


if __name__ == "__main__":
    sys.exit(seeded.main("power", run))
