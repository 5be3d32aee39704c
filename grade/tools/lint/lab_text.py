"""grade/tools/lint/lab_text.py: check that the lab text has a table for each
group of the lab's tests, and lists every test."""

import re

from grade.kernel.suites import list_tests
from grade.machine.host.build import ROOT

TEXT = "docs/cow.md"
HEAD = re.compile(r"\| `(\w+)` \| \|$")
NAME = re.compile(r"`(\w+)`")


def check_lab():
    wanted = {(test.points, test.name) for test in list_tests()
              if test.points != "unix"}
    found = dict(named_tests())
    for group, name in sorted(wanted - found.keys()):
        yield f"{TEXT}:1: the table of {group} has no line for {name}"
    for group, name in sorted(found.keys() - wanted):
        yield f"{TEXT}:{found[group, name]}: {group} has no test {name}"


def named_tests():
    """Yield ((group, test), line number) for each line of the tables."""
    group = None
    text = (ROOT / TEXT).read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        head = HEAD.match(line)
        if head or not line.startswith("|"):
            group = head and head.group(1)
        elif group and not line.startswith("| ---"):
            for name in NAME.findall(line.split("|")[1]):
                yield (group, name), number
