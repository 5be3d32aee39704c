"""grade/series/attempt.py: build this tree, boot it, and run usertests once.

`make series FAST=1` runs this in the tree of each step, as python3 -m
grade.series.attempt, with the names of the tests to leave out. The result is
one line of JSON: `error` is the output of a make that failed, and `tests` says
what is wrong with each test, "" if nothing.
"""

import json
import sys

from grade.kernel.suites import SuiteBoots, list_tests
from grade.machine.guest import GuestFailed
from grade.machine.host import process
from grade.machine.host.build import BuildError, build
from grade.machine.qemu import Machine
from grade.score.session import LOGS


def attempt(left_out):
    try:
        config = build("WERROR=1")
    except BuildError as error:
        return {"error": f"make failed:\n{error}", "tests": {}}
    tests = [test for test in list_tests() if test.name not in left_out]
    boots = SuiteBoots(config, LOGS, "series", Machine(cpus=2), tests, tests)
    found = {}
    for test in tests:
        try:
            boots.check(test.name)
            found[test.name] = ""
        except GuestFailed as failure:
            found[test.name] = str(failure)
    boots.end()
    return {"error": None, "tests": found}


if __name__ == "__main__":
    process.die_with_parent()
    process.end_on_signals()
    json.dump(attempt(sys.argv[1:]), sys.stdout)
