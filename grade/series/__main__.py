"""grade/series/__main__.py: make series, series-edit, -place and -save.

The status is 0, or 1 if something is wrong or left to do, or 2 if it could not
begin.
"""

import os
import sys

from grade.machine.host import process
from grade.machine.host.build import ROOT, BuildError, UserError
from grade.machine.host.text import many
from grade.series.edit import PLACE, Workshop
from grade.series.git import GitError
from grade.series.patches import read_series


def edit():
    shop = Workshop(ROOT)
    ahead = shop.open(os.environ.get("SINCE"))
    steps = len(read_series(ROOT))
    print(f"{PLACE}: the starter and {steps} steps, one commit each")
    if ahead:
        print("and one more with what only the tree has:")
        print("".join(f"    {name}\n" for name in ahead), end="")
        print("its place: git rebase -i --root in that folder, or "
              f"make series-place STEP=0..{steps}")
    print("then: make series-save")
    return 0


def place():
    steps = len(read_series(ROOT))
    step = os.environ.get("STEP", "")
    if not step.isdigit() or int(step) > steps:
        raise UserError(f"STEP={step}: must be 0 (the starter) to {steps}")
    shop = Workshop(ROOT)
    if not shop.open(os.environ.get("SINCE")):
        raise UserError("the tree is what starter and patches make: there is "
                        "nothing to place")
    stuck = shop.place(int(step))
    if stuck:
        print(f"git cannot merge {', '.join(stuck)} in {PLACE}: resolve the "
              "conflicts, git add, git rebase --continue; then make "
              "series-save")
        return 1
    return save()


def save():
    written = Workshop(ROOT).save()
    print("".join(f"{name}\n" for name in written), end="")
    print(f"series-save: {many(len(written), 'file')} changed in the tree")
    return 0


def run():
    from grade.series.check_steps import run_series
    return run_series(ROOT, fast=os.environ.get("FAST") == "1")


COMMANDS = {"run": run, "edit": edit, "place": place, "save": save}


def main(argv):
    process.end_on_signals()
    try:
        return COMMANDS[argv[0]]()
    except (UserError, GitError, BuildError) as error:
        print(f"series: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
