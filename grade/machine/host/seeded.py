"""grade/machine/host/seeded.py: run many trials that are drawn from a seed,
for `make power`, `make damage` and others."""

import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from grade.machine.host import process
from grade.machine.host.build import BuildError, UserError

PROBLEMS_MAX = 5        # of one job; the others are counted


@dataclass
class Report:
    """Counts of what was done, and a line for each problem."""

    counts: Counter = field(default_factory=Counter)
    problems: list = field(default_factory=list)

    def add(self, other):
        self.counts += other.counts
        self.problems += other.problems

    def wrong(self, what):
        self.counts["wrong"] += 1
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(what)


def number_from(name, otherwise):
    """The number in the environment."""
    text = os.environ.get(name, "")
    if text and not text.isdigit():
        raise UserError(f"{name}={text}: a number")
    return int(text) if text else otherwise


def side_by_side(name, total, function, jobs):
    """Call the function with each of `jobs`, lists of arguments, in separate
    processes. Add the Reports that it returns to `total`, and print each
    problem as soon as it is found."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(function, *job) for job in jobs]
        try:
            for job in as_completed(running):
                total.add(job.result())
                for problem in job.result().problems:
                    print(f"{name}: {problem}", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    return total


def main(name, run):
    """`run` returns a Report that has lines() to print. Returns the status for
    the shell."""
    process.end_on_signals()
    start = time.monotonic()
    try:
        report = run()
    except (UserError, BuildError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    for line in report.lines():
        print(f"{name}: {line}")
    print(f"{name}: {time.monotonic() - start:.0f} s")
    return 1 if report.counts["wrong"] else 0
