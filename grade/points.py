"""grade/points.py: reads grade/points, which says what each test is worth."""

import fnmatch
from pathlib import Path

FILE = Path(__file__).with_name("points")


def read_points(path=FILE):
    """The file's (pattern, points, group), in order."""
    rules = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 3 or not words[0].isdigit():
            raise ValueError(f"{path}:{number}: expected POINTS GROUP TEST")
        rules.append((words[2], int(words[0]), words[1]))
    return rules


def rule_of(test, rules):
    """The index of the first rule for a test such as
    "shell.test_case[a pipe]"."""
    for index, (pattern, _points, _group) in enumerate(rules):
        if fnmatch.fnmatchcase(test, pattern.replace("[", "[[]")):
            return index
    raise KeyError(f"{FILE.name} has no line for the test {test}")
