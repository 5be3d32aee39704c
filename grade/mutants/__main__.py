"""grade/mutants/__main__.py: `make mutants`: is each mistake found?

Each mutant is graded with the groups that it names, and must lose points in
one of them; the kernel as it is must lose none in any. Results stay below
build/mutants and hold as long as nothing changes that they depend on.

MUTANT="012 5" takes those whose names begin so. FULL=1 grades mutants with
all groups, and so says which others see them.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

from grade import process
from grade.config import BuildError, UserError, build
from grade.mutants import trial
from grade.mutants.mutant import BadMutant, choose, read_mutants
from grade.points import Points

RIGHT = "the-kernel-as-it-is"
JOBS_MAX = 8


def verdict(groups, result):
    """In a word, and whether that is what it should be. `groups` are empty
    for the right kernel."""
    if result.problem:
        return result.problem, False
    if not groups:
        return ("loses points", False) if result.lost else ("right", True)
    if not result.lost:
        return "SURVIVED", False
    if not set(groups) & set(result.lost):
        return f"not in {' or '.join(groups)}", False
    return "found", True


def line_of(name, groups, result):
    word, _ = verdict(groups, result)
    lost = ", ".join(f"{g} {-n:g}" for g, n in sorted(
        result.lost.items(), key=lambda pair: -pair[1]))
    return f"{name:42} {result.seconds:5.0f} s  {word:10} {lost}"


def entries(mutants, with_right, full):
    """What is to be graded: name, diff, groups named, groups to run."""
    points = Points()
    all_groups = [g for g in points.groups if g not in points.tools]
    right = [(RIGHT, "", [], all_groups)] if with_right else []
    return right + [(m.name, m.diff, m.groups,
                     all_groups if full else m.groups) for m in mutants]


def run_all(work):
    """Results by name. A line each as they come."""
    content = trial.content_key()
    results = {}
    with ThreadPoolExecutor(min(os.cpu_count() or 1, JOBS_MAX)) as pool:
        running = {}
        for name, diff, named, groups in work:
            key = trial.key_of(content, diff, groups)
            old = trial.known(name, key)
            if old is not None:
                results[name] = old
                continue
            job = pool.submit(trial.run, name, key, diff, groups)
            running[job] = name, named
        try:
            for job in as_completed(running):
                name, named = running[job]
                results[name] = job.result()
                print(line_of(name, named, results[name]), flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    return results


def report(work, results):
    """The table, in order, and the sum; returns how many are wrong."""
    bad = 0
    print()
    for name, _, named, _ in work:
        bad += not verdict(named, results[name])[1]
        print(line_of(name, named, results[name]))
    seconds = sum(results[name].seconds for name, *_ in work)
    print(f"mutants: {len(work) - bad} of {len(work)} as they should be, "
          f"{seconds / 60:.0f} minutes of grading")
    return bad


def main():
    process.end_on_signals()
    try:
        mutants = choose(read_mutants(), os.environ.get("MUTANT", ""))
        build()
    except (BadMutant, UserError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"mutants: make failed:\n{error}", file=sys.stderr)
        return 2
    work = entries(mutants, not os.environ.get("MUTANT"),
                   os.environ.get("FULL") == "1")
    return 1 if report(work, run_all(work)) else 0


if __name__ == "__main__":
    sys.exit(main())
