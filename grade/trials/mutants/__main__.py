"""grade/trials/mutants/__main__.py: `make mutants`: is each mistake found?

Each mutant is graded with the groups that it names, until it loses points in
one of them, as it must. The unchanged kernel must not lose any points.

MUTANT="012 5" selects mutants whose names begin with 012 or 5. FULL=1 grades
mutants to the end with all groups, and so shows which other groups find them.
"""

import os
import sys

from grade.trials.campaign import campaign, kernel_groups
from grade.trials.described_patch import choose
from grade.trials.graded_copy import Kernel
from grade.trials.mutants.mutant import read_mutants

RIGHT = "the-kernel-as-it-is"


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
    every = kernel_groups()
    right = [] if wish else [Kernel(RIGHT, "", every, judge_right)]
    return right + [
        Kernel(m.name, m.diff, every if full else m.groups,
               judge_mutant(m.groups), first=not full)
        for m in choose(read_mutants(), "MUTANT", wish)]


if __name__ == "__main__":
    sys.exit(campaign("mutants", kernels))
