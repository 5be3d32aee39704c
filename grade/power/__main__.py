"""grade/power/__main__.py: `make power`: cuts the power everywhere.

SEED=N takes the run of that number again; without it each run is another one.
FULL=1 tries every workload of workload.combinations(), and longer random ones.
"""

import os
import secrets
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from grade import process
from grade.config import BuildError, UserError, build
from grade.power.parts import FULL, QUICK, run_part, whole
from grade.power.trial import Report


def seed_from(text):
    if not text:
        return secrets.randbelow(10 ** 6)
    if not text.isdigit():
        raise UserError(f"SEED={text}: a number")
    return int(text)


def run_all(config, parts):
    """The sum of all Reports; a line for each problem as it is found."""
    total = Report()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run_part, config, part): part
                   for part in parts}
        try:
            for job in as_completed(running):
                total.add(job.result())
                for problem in job.result().problems:
                    print(f"power: {running[job].name}: {problem}",
                          flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    return total


def main():
    process.end_on_signals()
    start = time.monotonic()
    try:
        seed = seed_from(os.environ.get("SEED", ""))
        size = FULL if os.environ.get("FULL") == "1" else QUICK
        print(f"power: SEED={seed}" + (" FULL=1" if size is FULL else ""),
              flush=True)
        total = run_all(build(), whole(seed, size))
    except (UserError, BuildError) as error:
        print(f"power: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    for line in total.lines():
        print(f"power: {line}")
    print(f"power: {time.monotonic() - start:.0f} s")
    return 1 if total.counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
