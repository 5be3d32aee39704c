"""grade/score/points.py: reads the files that say what each test is worth:
grade/labs/LAB/points for the tests of a kernel, tool_points for all others."""

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from grade.kernel import labs

QUICK, LONG = "quick", "long"
TOOLS = Path(__file__).with_name("tool_points")
PARTS = 10              # of a point: the smallest difference between tests


@dataclass(frozen=True)
class Rule:
    pattern: str
    weight: int
    group: str
    kind: str = ""          # QUICK, LONG or neither


def fits(test, pattern):
    """Whether the pattern, in which * stands for anything, is for the test."""
    return fnmatch.fnmatchcase(test, pattern.replace("[", "[[]"))


class Points:
    """`groups` has the points of each group, in order. `tools` are the groups
    that do not test the kernel being graded, `cow` those that test nothing if
    the kernel shares no page, and `promises` those whose tests a kernel fails
    only if it breaks a promise. `shown` has, as a pattern, the tests from
    outside of which a group needs one that passes.

    Of the labs given, or those to be graded, each test counts once: if there
    are several, the groups for tests of earlier labs are left out."""

    def __init__(self, of_labs=None):
        self.labs = labs.graded_labs() if of_labs is None else of_labs
        self.groups = {}
        self.tools = set()
        self.cow = set()
        self.promises = set()
        self.shown = {}
        self._rules = []
        self._found = {}        # the index of a test's rule, by its name
        self._left_out = set()  # groups of the file being read
        for lab in self.labs:
            self._read_file(labs.FOLDER / lab / labs.POINTS)
        self._read_file(TOOLS)

    def _read_file(self, path):
        self._left_out = set()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            words = line.partition("#")[0].split()
            if words and not self._read(words):
                raise ValueError(
                    f"{path}:{number}: expected group NAME POINTS [promise], "
                    "with a new NAME, or shown NAME TEST, or WEIGHT GROUP "
                    f"TEST [{QUICK} or {LONG}]")

    def _read(self, words):
        if len(words) not in (3, 4):
            return False
        first, second, third, *more = words
        kinds = {"group": set(), "earlier": set(), "cow": self.cow,
                 "tools": self.tools}
        if first == "earlier" and len(self.labs) > 1:
            self._left_out.add(second)
            return True
        if second in self._left_out:
            return first.isdigit() or first == "shown"
        if first in kinds and third.isdigit() and more in ([], ["promise"]) \
                and second not in self.groups:
            self.groups[second] = int(third)
            kinds[first].add(second)
            self.promises |= {second} if more else set()
            return True
        if first == "shown" and second in self.groups and not more:
            self.shown[second] = third
            return True
        if first.isdigit() and second in self.groups \
                and more in ([], [QUICK], [LONG]):
            self._rules.append(Rule(third, int(first), second, *more))
            return True
        return False

    def place(self, test):
        """The index of the rule for a test such as "shell.test_case[a pipe]".
        Tests run in the order of their rules."""
        if test not in self._found:
            self._found[test] = self._find(test)
        return self._found[test]

    def has(self, test):
        """Whether a rule is for that test."""
        try:
            self.place(test)
        except KeyError:
            return False
        return True

    def counts(self, test):
        """Whether the test is one of these labs. Raises KeyError if it is of
        no lab at all."""
        if not self.has(test):
            Points(labs.lab_names()).place(test)
        return self.has(test)

    def _find(self, test):
        for index, rule in enumerate(self._rules):
            if fits(test, rule.pattern):
                return index
        raise KeyError(f"grade/labs/*/points: no line for the test {test}")

    def group(self, test):
        return self._rules[self.place(test)].group

    def is_tool(self, test):
        """Whether it does not test the kernel that is graded."""
        return self.group(test) in self.tools

    def of_kernel(self):
        """The points of all groups that test the kernel."""
        return sum(points for group, points in self.groups.items()
                   if group not in self.tools)

    def is_quick(self, test):
        """Whether QUICK=1 takes it."""
        return self._rules[self.place(test)].kind == QUICK

    def is_long(self, test):
        """True if a kernel can pass it only by keeping the promises that the
        other tests check."""
        return self._rules[self.place(test)].kind == LONG

    def kernel_modules(self):
        """The modules with tests that give a kernel points."""
        return {rule.pattern.partition(".")[0] for rule in self._rules
                if rule.group not in self.tools}

    def share_out(self, tests):
        """The points of each test, by name. The tests of a group share its
        points; the first ones get what is left over after rounding."""
        worth = {}
        for group, points in self.groups.items():
            weights = {t: self._rules[self.place(t)].weight
                       for t in tests if self.group(t) == group}
            whole = sum(weights.values())
            parts = {t: points * PARTS * w // whole
                     for t, w in weights.items()}
            for test in list(parts)[:points * PARTS - sum(parts.values())]:
                parts[test] += 1
            worth.update((t, n / PARTS) for t, n in parts.items())
        return worth


def add_up(points):
    """The sum of points, without rounding errors."""
    return round(sum(points), 1)


def test_id(item):
    """The id of a test of pytest, such as "shell.test_case[a pipe]"."""
    module = item.module.__name__.rpartition("test_")[2]
    return f"{module}.{item.name}"
