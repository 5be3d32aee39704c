"""grade/trials/variants/__main__.py: `make variants`: check that correct
kernels lose no points.

Each variant is graded with all groups. It must lose points in each group that
it names, and none in any other.

VARIANT="030" selects variants whose names begin with 030, LAB those of one
lab.
"""

import os
import sys

from grade.trials.campaign import campaign, kernel_groups, labs_wanted
from grade.trials.described_patch import choose
from grade.trials.graded_copy import Kernel
from grade.trials.variants.variant import read_variants


def judge_variant(groups):
    def judge(lost):
        for group in groups:
            if group not in lost:
                return f"not in {group}", False
        if set(lost) - set(groups):
            return "WRONGED", False
        return "as expected", True
    return judge


def kernels():
    wish, labs = os.environ.get("VARIANT", ""), labs_wanted()
    return [Kernel(v.lab, v.name, v.diff, kernel_groups(v.lab),
                   judge_variant(v.groups), starter=True)
            for v in choose(read_variants(), "VARIANT", wish)
            if v.lab in labs]


if __name__ == "__main__":
    sys.exit(campaign("variants", kernels))
