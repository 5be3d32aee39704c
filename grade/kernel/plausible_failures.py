"""grade/kernel/plausible_failures.py: invent reasons for which a test of
usertests might fail.

A test that is made to fail reports such a reason, so that it looks like a real
failure: it names the test's own file, a line, and the condition checked there.
"""

import functools
import random
import re

from grade.machine.host.build import ROOT

SOURCES = ROOT / "user" / "test" / "usertests"
FUNCTION = re.compile(r"^static void (\w+)\(void\)$")
CHECK = re.compile(r"^CHECK\((.+)\);$")
CHECK_EQ = re.compile(r"^CHECK_EQ\((.+), (-?\w+)\);$")
NUMBER = re.compile(r"-?\d+$")
STATUS_FAILED = 99


class Place:
    """A line of a test that checks something."""

    def __init__(self, where, what, expected=None):
        self.where = where
        self.what = what
        self.expected = expected

    def reason(self):
        if self.expected is None:
            return f"{self.where} check failed: {self.what}"
        wrong = self.expected + random.choice((-1, 1, 2, 16, 4096))
        return f"{self.where} {self.what} is {wrong}, not {self.expected}"


def place_of(where, line):
    """The Place, or None. A comparison with a named constant is left out,
    since the test would print its value."""
    found = CHECK_EQ.match(line)
    if found:
        return Place(where, found.group(1), int(found.group(2))) \
            if NUMBER.match(found.group(2)) else None
    found = CHECK.match(line)
    return Place(where, found.group(1)) if found else None


@functools.cache
def places():
    """Lists of Places, by test, or by file name for other functions."""
    found = {}
    for path in sorted(SOURCES.glob("[!.]*.c")):
        name = path.name
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            function = FUNCTION.match(line)
            if function:
                name = function.group(1)
            elif line == "}":
                name = path.name
            place = place_of(f"{path.name}:{number}:", line.strip())
            if place is not None:
                found.setdefault(name, []).append(place)
    return found


def excuse(test):
    """A reason for this test to fail."""
    own = places().get(test)
    if own:
        return random.choice(own).reason()
    return f"a child ended with status {STATUS_FAILED}, not 0"
