"""grade/tools/lint/lab_text.py: check that each lab has a text, with a table
for each group of the lab's tests that lists every test."""

import re

from grade.kernel.labs import lab_names
from grade.kernel.suites import list_tests
from grade.machine.host.build import ROOT

HEAD = re.compile(r"\| `(\w+)` \| \|$")
NAME = re.compile(r"`(\w+)`")


def check_lab():
    for lab in lab_names():
        page = f"docs/{lab}.md"
        if not (ROOT / page).is_file():
            yield f"{page}:1: there is no text of lab {lab}"
        else:
            yield from check_text(lab, page)


def check_text(lab, page):
    wanted = {(test.points, test.name) for test in list_tests()
              if test.lab == lab}
    found = dict(named_tests((ROOT / page).read_text("utf-8")))
    for group, name in sorted(wanted - found.keys()):
        yield f"{page}:1: the table of {group} has no line for {name}"
    for group, name in sorted(found.keys() - wanted):
        yield f"{page}:{found[group, name]}: {group} has no test {name}"


def named_tests(text):
    """Yield ((group, test), line number) for each line of the tables."""
    group = None
    for number, line in enumerate(text.splitlines(), 1):
        head = HEAD.match(line)
        if head or not line.startswith("|"):
            group = head and head.group(1)
        elif group and not line.startswith("| ---"):
            for name in NAME.findall(line.split("|")[1]):
                yield (group, name), number
