"""grade/trials/mutants/__main__.py: `make mutants`: is each mistake found?

Each mutant of the finished kernel of a lab is graded with the groups that it
names, until it loses points in one of them, as it must. The finished kernel
itself must not lose any points.

MUTANT="012 5" selects mutants whose names begin with 012 or 5, LAB those of
one lab. FULL=1 grades
mutants to the end with all groups, and so shows which other groups find them.
"""

import os
import sys

from grade.trials.campaign import campaign, kernel_groups, labs_wanted
from grade.trials.described_patch import choose
from grade.trials.graded_copy import Kernel
from grade.trials.mutants.mutant import read_mutants


def judge_right(lost):
    return ("loses points", False) if lost else ("right", True)


def judge_mutant(groups):
    def judge(lost):
        if not lost:
            return "SURVIVED", False
        if not set(groups) & set(lost):
            return f"not in {' or '.join(groups)}", False
        return "found", True
    return judge


def kernels():
    wish = os.environ.get("MUTANT", "")
    full = os.environ.get("FULL") == "1"
    every = {lab: kernel_groups(lab) for lab in labs_wanted()}
    right = [] if wish else [
        Kernel(lab, f"finished-{lab}", "", groups, judge_right)
        for lab, groups in every.items()]
    return right + [
        Kernel(m.lab, m.name, m.diff, every[m.lab] if full else m.groups,
               judge_mutant(m.groups), first=not full)
        for m in choose(read_mutants(), "MUTANT", wish)
        if m.lab in every]


if __name__ == "__main__":
    sys.exit(campaign("mutants", kernels))
