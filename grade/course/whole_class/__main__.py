"""grade/course/whole_class/__main__.py: `grade/batch`: grades many
submissions.

GNU parallel runs the jobs. Finished results are found again by the content of
the submission, so an interrupted run continues where it stopped.
"""

import argparse
import fcntl
import json
import math
import os
import shlex
import shutil
import sys
import tempfile
import time
from pathlib import Path

from grade.course.whole_class import class_page, feedback, job, merge, table
from grade.course.whole_class.job import product_of
from grade.course.whole_class.machines import grade_all
from grade.course.whole_class.policy import Policy, time_from
from grade.course.whole_class.roster import (
    id_of_row, read_roster, write_gradebook)
from grade.course.whole_class.starters import starters
from grade.course.whole_class.submissions import JOBS, archive_of, collect
from grade.kernel.labs import lab_names
from grade.machine.host import limits, process
from grade.machine.host.build import UserError
from grade.score.results import write_whole


def parse(words):
    parser = argparse.ArgumentParser(
        prog="grade/batch", description="Grade many hand-ins.")
    parser.add_argument("path", nargs="+", metavar="DIR_OR_ZIP",
                        help="a folder of hand-ins, or an archive of them")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1,
                        metavar="N", dest="jobs",
                        help="how many at a time (%(default)s)")
    parser.add_argument("--out", type=Path, required=True,
                        help="the folder for results; an earlier run in it "
                        "is continued")
    parser.add_argument("--tests", default="", metavar="WORDS",
                        help="only these tests, like TESTS of make grade")
    parser.add_argument("--lab", default=os.environ.get("LAB", ""),
                        help="the lab that was handed out")
    parser.add_argument("--starter", action="append", default=[],
                        metavar="PATH", help="an older hand-out, to know "
                        "submissions in which nothing was changed; this "
                        "version's are known")
    add_rules(parser)
    parser.add_argument("--sshloginfile", metavar="FILE",
                        help="other machines, for GNU parallel")
    parser.add_argument("--prepare", action="store_true",
                        help="grade nothing, but write to OUT/jobs/left what "
                        "is left to grade: for "
                        "grade/course/whole_class/slurm.sh")
    options = parser.parse_args(words)
    if options.jobs < 1:
        parser.error("-j: at least 1")
    if options.limit and not limits.is_limit(options.limit):
        parser.error(f"--limit: must be {limits.SECONDS}")
    for number in options.penalty, options.late_days:
        if not 0 <= number < math.inf:      # false for nan, too
            parser.error("--penalty, --late-days: must be at least 0")
    if options.sshloginfile and not os.path.isfile(options.sshloginfile):
        parser.error(f"--sshloginfile: {options.sshloginfile}: no such file")
    options.out = options.out.resolve()
    names = lab_names()
    options.lab = options.lab or (names[0] if len(names) == 1 else "")
    if options.lab not in names:
        parser.error(f"--lab: must be {' or '.join(names)}")
    os.environ["LAB"] = options.lab     # for the tables
    return options


def add_rules(parser):
    """Add the options for what a course decides."""
    parser.add_argument("--limit", default="", metavar="SECONDS",
                        help="limit for the run of one hand-in, like LIMIT of "
                        "make grade")
    parser.add_argument("--attempt", choices=("last", "best"), default="",
                        help="treat hand-ins of one name in all paths as one "
                        "student's attempts, and count this one")
    parser.add_argument("--due", metavar="TIME",
                        help="when it is due, such as 2026-11-30T23:59")
    parser.add_argument("--late-days", type=float, default=0, metavar="N",
                        help="the first N days late cost nothing")
    parser.add_argument("--penalty", type=float, default=0, metavar="PERCENT",
                        help="cost of each later day, in percent of the score")
    parser.add_argument("--roster", metavar="CSV",
                        help="the gradebook or grading worksheet of Canvas or "
                        "Moodle, to make gradebook.csv from")
    parser.add_argument("--column", default="", metavar="NAME",
                        help="column of the gradebook for the points")


def main(words):
    process.end_on_signals()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    if words[:1] == ["--job"]:
        return job.main(*words[1:])
    options = parse(words)
    try:
        options.policy = Policy(
            time_from(options.due) if options.due else None,
            options.late_days, options.penalty, options.attempt == "best")
        options.roster = read_roster(options.roster) if options.roster \
            else None
        if shutil.which("parallel") is None:
            raise UserError("GNU parallel is missing: `make setup` installs "
                            "it")
        (options.out / JOBS).mkdir(parents=True, exist_ok=True)
        with open(options.out / JOBS / "lock", "w", encoding="utf-8") as lock:
            be_alone(lock, options.out)
            return run(options)
    except (UserError, OSError) as error:
        print(f"batch: {error}", file=sys.stderr)
        return 2


def be_alone(lock, out):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(f"{out}: another run is at work there") from None


def run(options):
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
        found = collect(options.path, scratch, options.out,
                        f"{options.tests}\0{options.limit}\0{options.lab}",
                        starters(options.starter), bool(options.attempt))
    attempts = [attempt for submission in found
                for attempt in options.policy.graded(submission)]
    keys = dict.fromkeys(a.key for a in attempts if a.key)
    products = {key: product_of(archive_of(options.out, key))
                for key in keys}
    left = [key for key in keys if not products[key].exists()]
    print(f"batch: {len(found)} hand-ins, {len(keys)} of them different; "
          f"{len(keys) - len(left)} graded before", flush=True)
    if options.prepare:
        return prepare(left, options)
    failed = {}
    try:
        grade_all(left, found, options, failed)
    finally:
        write_tables(found, attempts, failed, options)
    graded = [key for key in left if products[key].exists()]
    print(summary(found, keys, products, graded, time.monotonic() - start))
    print(f"batch: {options.out / 'index.html'}")
    return 0 if all(path.exists() for path in products.values()) else 1


def summary(found, keys, products, graded, seconds):
    done = sum(path.exists() for path in products.values())
    each = f", {seconds / len(graded):.1f} s each" if graded else ""
    return (f"batch: {len(graded)} graded in {seconds:.0f} s{each}; "
            f"{len(keys) - done} failed; "
            f"{sum(not s.last.key for s in found)} cannot be graded")


def prepare(keys, options):
    """Write a line for each submission left to grade, as `--job` takes it."""
    path = options.out / JOBS / "left"
    tests, limit = shlex.quote(options.tests), shlex.quote(options.limit)
    write_whole(path, "".join(
        f"{archive_of(options.out, key).name} {options.jobs} {tests} {limit} "
        f"{options.lab}\n" for key in keys))
    print(f"batch: {path}")
    return 0


def write_tables(found, attempts, failed, options):
    """Write everything that is made from the results so far."""
    out, products = options.out, {}
    for attempt in attempts:
        path = product_of(archive_of(out, attempt.key))
        if attempt.key and path.exists():
            products[attempt.key] = merge.latest(
                out / JOBS, attempt.files,
                json.loads(path.read_text("utf-8")), bool(options.tests))
    rows = table.make_rows(found, products, failed, options.policy,
                           options.roster)
    tests = feedback.statistics(rows, products)
    table.write(rows, out / "results.csv")
    class_page.write(rows, products, tests, out / "index.html")
    feedback.write_statistics(tests, out / "tests.csv")
    feedback.write_all(rows, products, out / "feedback")
    if options.roster:
        write_gradebook(options.roster, options.column, marks_of(
            rows, options.roster), out / "gradebook.csv")


def marks_of(rows, roster):
    """The marks in the gradebook for each student of the roster."""
    return {id_of_row(row["entry"], roster): (
        row["final"], row["total"], row["reason"])
        for row in rows if row["entry"] and row["final"] != ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
