"""grade/kernel/suites.py: the tests that run in the guest, one by one.

Their names are read from the sources, so no boot is needed to list them:
TEST(name) in arrays of `struct test`, and the groups of these arrays in
main.c, except the groups that run only on demand. The tests of a lab are in
files LAB_GROUP.c.
"""

import re
from dataclasses import dataclass

from grade.kernel.labs import lab_names
from grade.kernel.questions import FILE, TRAPS, Asked, Distrusted
from grade.machine import failures
from grade.machine.failures import NotTried
from grade.machine.guest import SCRIPT, GuestFailed
from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.machine.shared_boots import SharedBoots

SOURCES = ROOT / "user" / "test" / "usertests"
ARRAY = re.compile(r"const struct test (\w+)\[\] = \{(.*?)\n\};", re.DOTALL)
TEST = re.compile(r"\bTEST\((\w+)\)")
GROUP = re.compile(r'\{\s*"(\w+)",\s*(\w+),\s*false\s*\}')

TEST_SECONDS = 10       # one test, inside the guest
SUITE_SECONDS = 60
TIMED_OUT = "FAILED (not over after"    # as user/lib/runner.c says it
# Groups of tests that exhaust memory or take long: not used as traps.
HEAVY = {"crowd", "nomem", "memory", "races", "leaks"}


@dataclass(frozen=True)
class GuestTest:
    """`group` is what usertests -g takes; `points` is the group that it gets
    points from: "races" for the tests in cow_races.c, which are of the `lab`
    cow. Tests of no lab are of the group "unix"."""

    name: str
    group: str
    points: str
    lab: str = ""

    def id_at(self, harts):
        """Its id, as make grade runs it."""
        return f"suites.test_guest[{self.points}-{self.name}-{harts}]"


def list_tests(folder=SOURCES):
    """All tests of usertests, in the order in which they run."""
    arrays, labs = {}, lab_names()
    for path in sorted(folder.glob("[!.]*.c")):
        lab, _, points = path.stem.partition("_")
        if lab not in labs:
            lab, points = "", "unix"
        for array, body in ARRAY.findall(path.read_text("utf-8")):
            arrays[array] = [(name, points, lab)
                             for name in TEST.findall(body)]
    groups = GROUP.findall((folder / "main.c").read_text("utf-8"))
    tests = [GuestTest(name, group, *rest) for group, array in groups
             for name, *rest in arrays.get(array, [])]
    if not tests:
        raise ValueError(f"{folder}: no tests found")
    return tests


class SuiteBoots(SharedBoots):
    """Runs the tests in one boot when the first result is needed. A test that
    this boot did not reach is run again, alone."""

    def __init__(self, config, logs, name, machine, tests, baits):
        super().__init__(config, logs, name, machine)
        self.tests = tests
        self._baits = [(test.group, test.name) for test in baits
                       if not HEAVY & {test.group, test.points}]
        self._results = None
        self._distrust = None   # why no result of this kernel counts

    def check(self, test):
        """Raise GuestFailed unless the test passes."""
        ran = self._results is None
        if ran:
            self._results = {}          # in case the run raises
            self._results = self._run(self.name, self.tests, TRAPS)
            self.hopeless = self.hopeless or not self._results
        if test not in self._results and not self.hopeless:
            failures.check(SCRIPT)
            ran = True
            self._results.update(
                self._run(f"{self.name}-{test}",
                          [t for t in self.tests if t.name == test], 1))
        if self._distrust is not None:
            self.keep_log()
            raise GuestFailed(self._distrust)
        result = self._results.get(test)
        if result is None and not ran:
            raise NotTried("not tried: no boot of these tests came to a "
                           "result any more")
        if result is None:
            raise GuestFailed(self.keep_log().explain(
                f"{test} did not finish"))
        if result != "ok":
            raise GuestFailed(f"{test}: {result}\n"
                              f"log: {self.keep_log().path}")

    def _run(self, name, tests, traps):
        asked = Asked([(test.group, test.name) for test in tests],
                      self._baits, traps)
        ending, text = self.boot(
            name, f"usertests -t {int(limit(TEST_SECONDS))} -a {FILE}\n",
            SUITE_SECONDS, TEST_SECONDS + 4, asked.files())
        self.last_log.edit = asked.readable
        for _ in range(text.count(TIMED_OUT)):
            failures.hung(SCRIPT)
        try:
            return asked.results(text, ending)
        except Distrusted as why:
            self._distrust = self.keep_log().explain(str(why))
            self.hopeless = True
            return {}
