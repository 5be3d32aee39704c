"""grade/__main__.py: runs pytest with Calf's options.

`make grade` runs the tests of a kernel; `make test` passes --all, and runs all
other tests of the project as well.

TESTS="words" selects tests by name or title (grade/score/wanted.py);
GROUP="words" selects groups of grade/labs/LAB/points; LAB=cow grades that lab
only. WORKERS=N runs N tests at a time; FIRST=1 stops at the first failure.
TREE=path grades the kernel of another tree. SANDBOX=1 forces the sandbox,
SANDBOX=0 does without it. LIMIT=N ends the run after N seconds. QUICK=1 runs
the most telling tests only, ALL=1 also those that a kernel has no chance to
pass. REPORT and OUT are the defaults of --report and --out.
"""

import argparse
import functools
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grade.course.intake.tree import NoTree
from grade.course.stranger import TimeIsOver, grade_tree
from grade.machine.host import limits, process, sandbox
from grade.machine.host.build import ROOT, UserError
from grade.machine.qemu import timeout_from
from grade.score import reports, results, wanted
from grade.score.points import Points
from grade.score.session import STRANGER, VERBOSE

WORKERS_MAX = 8         # unless WORKERS asks for more
IN_ORDER = "--no-loadscope-reorder"


def parse(words):
    parser = argparse.ArgumentParser(
        prog="python3 -m grade", description="Run the tests of Calf.")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="show failures at once, and keep all logs")
    parser.add_argument("--all", action="store_true",
                        help="also test everything else in this project")
    parser.add_argument("--report", metavar="FORMAT",
                        default=os.environ.get("REPORT", ""),
                        help=f"one of {' '.join(reports.FORMATS)}")
    parser.add_argument("--out", metavar="FILE",
                        default=os.environ.get("OUT", ""),
                        help="the file for the report")
    options = parser.parse_args(words)
    options.out = Path(options.out).resolve() if options.out else None
    # The code that rewrites the report reads these.
    os.environ["REPORT"], os.environ["OUT"] = options.report, \
        str(options.out or "")
    if options.verbose:
        os.environ[VERBOSE] = "1"
    return options


def check_settings(everything):
    """Raise UserError for settings that make no sense."""
    for name in "TREE", "LAB":
        if everything and os.environ.get(name):
            raise UserError(f"{name}= is for make grade, which tests a kernel")
    known = Points().groups
    for group in os.environ.get("GROUP", "").split():
        if group not in known:
            raise UserError(f"GROUP={group}: one of {' '.join(known)}")
    tests = os.environ.get("TESTS")
    if tests and not wanted.expression(tests, pytest_takes):
        raise UserError(f"TESTS={tests}: {wanted.COMPLAINT}")
    workers = os.environ.get("WORKERS", "")
    if workers and not re.fullmatch(r"[1-9][0-9]?", workers):
        raise UserError(f"WORKERS={workers}: a number from 1 to 99")
    if timeout_from(os.environ, 1) is None:
        raise UserError("TIMEOUT=0: must be a number of seconds above 0")
    for name in ("CPUS", "MEM"):
        if os.environ.get(name):
            raise UserError(f"{name}={os.environ[name]}: the tests choose "
                            "their machines; make run and make qemu take it")
    limit = os.environ.get("LIMIT", "")
    if limit and not limits.is_limit(limit):
        raise UserError(f"LIMIT={limit}: must be {limits.SECONDS}")


@functools.lru_cache(maxsize=None)
def pytest_takes(*options):
    """True if this version of pytest, with xdist, accepts the options. It is
    tried in a folder without tests."""
    with tempfile.TemporaryDirectory(prefix="calf-") as empty:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir",
             empty, "-p", "no:cacheprovider", "-p", "xdist.plugin", *options,
             empty], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
    return done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def main(words):
    process.end_on_signals()
    # Only our plug-ins: others might change the output.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    options = parse(words)
    try:
        check_settings(options.all)
        if STRANGER not in os.environ:
            reports.check(options.report, options.out)
    except UserError as error:
        return complain(error)
    if STRANGER in os.environ:          # our caller reports
        return grade_and_tell(options.all)
    limits.begin_run()
    reports.begin(options.report, options.out)
    try:
        return grade_and_tell(options.all)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        reports.write_all(options.report, options.out)


def grade_and_tell(everything):
    """Run grade(). If there are no results, write results that say why."""
    try:
        return grade(everything)
    except UserError as error:
        fault = "submission" if isinstance(error, NoTree) else "grader"
        results.write(results.without_tests(str(error), fault))
        return complain(error)
    except TimeIsOver:
        if not results.read()["tests"]:
            results.write(results.without_tests(limits.time_is_over(),
                                                fault="grader"))
        return complain(limits.time_is_over())


def complain(error):
    print(f"grade: {error}", file=sys.stderr)
    return 2


def grade(everything):
    tree = os.environ.get("TREE")
    if tree and STRANGER not in os.environ:
        limits.call_before_end(give_up, limits.reserve() / 2)
        return grade_tree(tree)
    limits.call_before_end(end_tests, limits.reserve())
    raise_walls(STRANGER in os.environ, os.environ.get("SANDBOX", ""))
    return run_tests(everything)


def give_up():
    raise TimeIsOver


def end_tests():
    pytest.exit(limits.time_is_over(), returncode=1)


def raise_walls(stranger, wish):
    if wish not in ("", "0", "1"):
        raise UserError(f"SANDBOX={wish}: 0 or 1")
    if sandbox.raise_walls(stranger, wish):
        problem = sandbox.see_tools(ROOT)
        if problem:
            raise UserError(problem)
        return
    if wish == "1":
        raise UserError(f"SANDBOX=1: {sandbox.NO_SANDBOX}")
    print(f"grade: no sandbox, only limits: {sandbox.NO_SANDBOX}",
          file=sys.stderr)


def tests_to_read(everything):
    """The folder of all tests, or the modules that test the kernel."""
    points = Points()
    if everything or points.tools & {*os.environ.get("GROUP", "").split()}:
        return ["--all-groups", "grade"]
    paths = (f"grade/kernel/test_{name}.py"
             for name in sorted(points.kernel_modules()))
    return [path for path in paths if (ROOT / path).exists()]


def default_workers():
    """One more than there are processors: many tests wait for a clock."""
    return min((os.cpu_count() or 1) + 1, WORKERS_MAX)


def in_parallel():
    """The options for xdist that keep the order of the tests. Some versions
    begin with the largest groups, and not all of these have an option against
    it. With a single worker, all versions keep the order."""
    first = os.environ.get("FIRST") == "1"
    workers = int(os.environ.get("WORKERS") or default_workers())
    if workers > 1 and pytest_takes(IN_ORDER):
        return ["-n", str(workers), "--dist", "loadgroup", IN_ORDER]
    if workers > 1 and not first:
        return ["-n", str(workers), "--dist", "loadgroup"]
    return ["-n", "1", "--dist", "load"]


def run_tests(everything):
    os.chdir(ROOT)
    options = [
        "-c", os.devnull, "--rootdir", str(ROOT), "-p", "no:cacheprovider",
        "-p", "grade.kernel.outside.fixtures",
        "-p", "xdist.plugin", *in_parallel(),
        # xdist may wait for ever for the replacement of a dead worker.
        "--max-worker-restart", "0",
        "-q", "--no-header", "--tb=short", "-rN",
        "-o", "console_output_style=classic"]
    if os.environ.get("TESTS"):
        options += ["-k", wanted.expression(os.environ["TESTS"],
                                            pytest_takes)]
    # SystemExit would be an internal error to pytest, of status 3.
    process.end_on_signals(lambda status: pytest.exit(
        f"ended by signal {status - 128}", returncode=status))
    status = pytest.main([*options, *tests_to_read(everything)])
    if limits.is_over() and not results.read()["tests"]:
        raise TimeIsOver
    if status == pytest.ExitCode.NO_TESTS_COLLECTED:
        picked = (f"{name}={os.environ[name]}" for name in ("TESTS", "GROUP")
                  if os.environ.get(name))
        raise UserError(
            f"{' '.join(picked)}: no test" + ("" if everything else
                                              " of the kernel")
            + " has that in its name or title" + (
                "" if everything else "; make test has the others"))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
