"""grade/reports/__init__.py: the results of a run as others read them.

Everything is made from build/grade/results.json (grade/results.py), so all
reports of a run say the same.
"""

import sys
from pathlib import Path

from grade import results as kept
from grade.config import UserError
from grade.reports import autolab, github, gradescope, junit, prairielearn
from grade.session import OUT

FORMATS = {module.__name__.rpartition(".")[2]: module.make for module in (
    gradescope, prairielearn, autolab, github)}
ADDED = {"github"}      # to what the file has: others add theirs
PRINTED = {"autolab"}   # as the last line, unless a file is named
JUNIT = OUT / "junit.xml"


def check(name, out):
    """Raise UserError if there can be no such report."""
    if name and name not in FORMATS:
        raise UserError(f"REPORT={name}: one of {' '.join(FORMATS)}")
    if out and name and not out.parent.is_dir():
        raise UserError(f"OUT={out}: {out.parent} is no folder")


def forget():
    """Nobody is to take an earlier run's results for those of this one."""
    for path in (kept.FILE, JUNIT):
        path.unlink(missing_ok=True)


def write_all(name="", out=None):
    """Write JUnit's file, and the report of that name into the file `out`."""
    results = kept.read()
    if results is None:
        results = kept.without_tests(
            "the grader came to no results; what it printed says why")
        kept.write(results)
    kept.write_whole(JUNIT, junit.make(results))
    if not name:
        return
    text = FORMATS[name](results)
    if name in PRINTED and not out:
        print(text, end="", flush=True)
        return
    path = out or Path(OUT) / f"{name}.json"
    if name in ADDED:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    else:
        kept.write_whole(path, text)
    print(f"grade: {name}: {path}", file=sys.stderr)
