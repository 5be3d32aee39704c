"""grade/kernel/labs.py: the labs, and those whose tests count in this run.

Each lab has a folder grade/labs/NAME with its points and hints.
"""

import os
import re

from grade.machine.host.build import ROOT, UserError

FOLDER = ROOT / "grade" / "labs"
POINTS, HINTS = "points", "hints"
HANDED_OUT = "grade/handed-out"         # in a hand-out: what it consists of
HEAD = re.compile(r"# What was handed out: lab (\w+), step (\d+)\.")


def lab_names():
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{POINTS}"))


def graded_labs():
    """The lab that LAB names, or the one of this hand-out, or else all labs.
    Raises UserError."""
    lab, names = os.environ.get("LAB") or handed_lab(), lab_names()
    if lab and lab not in names:
        raise UserError(no_such_lab(lab, names))
    return [lab] if lab else names


def no_such_lab(lab, names):
    return f"LAB={lab}: no such lab; there is {', '.join(names) or 'none'}"


def handed_lab():
    """The lab of this hand-out, or None."""
    try:
        with open(ROOT / HANDED_OUT, encoding="utf-8") as file:
            match = HEAD.match(file.readline())
    except OSError:
        return None
    return match and match.group(1)
