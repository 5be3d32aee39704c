"""grade/series/attempt.py: build this tree, boot it, and run usertests: all
tests on one hart, and those of races on two.

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


# A boot with one hart takes half the processor time of one with two. Tests
# that need a large block cache need that much memory.
MEM = "128M"


def attempt(left_out):
    try:
        config = build("WERROR=1")
    except BuildError as error:
        return {"error": f"make failed:\n{error}", "tests": {}}
    tests = [test for test in list_tests() if test.name not in left_out]
    races = [test for test in tests if test.points == "races"]
    one, two = (SuiteBoots(config, LOGS, f"series-{cpus}",
                           Machine(cpus=cpus, mem=MEM), some, tests)
                for cpus, some in ((1, tests), (2, races)))
    found = {}
    for boots in one, two:
        for test in boots.tests:
            found[test.name] = found.get(test.name) or \
                what_is_wrong(boots, test)
        boots.end()
    return {"error": None, "tests": found}


def what_is_wrong(boots, test):
    try:
        boots.check(test.name)
        return ""
    except GuestFailed as failure:
        return str(failure)


if __name__ == "__main__":
    process.die_with_parent()
    process.end_on_signals()
    json.dump(attempt(sys.argv[1:]), sys.stdout)
