"""grade/score/reports/__init__.py: the results of a run in the formats of
other systems.

Every report is made from build/grade/results.json (grade/score/results.py), so
all reports of a run agree. make() of a format returns "" where there must be
no report: a failure of the grader must not give a student 0 points.
"""

import os
import sys
from pathlib import Path

from grade.machine.host.build import UserError
from grade.score import results as kept
from grade.score.reports import (
    autolab, classroom50, github, gradescope, junit, prairielearn)
from grade.score.session import OUT

FORMATS = {module.__name__.rpartition(".")[2]: module.make for module in (
    gradescope, prairielearn, autolab, classroom50, github)}
ADDED = {"github"}      # appended to the file, which others use too
PRINTED = {"autolab"}   # as the last line, unless a file is named
JUNIT = OUT / "junit.xml"


def check(name, out):
    """Raise UserError if such a report cannot be written."""
    if name and name not in FORMATS:
        raise UserError(f"REPORT={name}: one of {' '.join(FORMATS)}")
    if out and not name:
        raise UserError(f"OUT={out}: say REPORT= as well, one of "
                        f"{' '.join(FORMATS)}")
    if out and not out.parent.is_dir():
        raise UserError(f"OUT={out}: {out.parent} is not a folder")
    if out and (out.is_dir() or not os.access(
            out if out.exists() else out.parent, os.W_OK)):
        raise UserError(f"OUT={out}: cannot be written to as a file")


def begin(name="", out=None):
    """Replace the report of an earlier run by one that says that there are no
    results yet, so that a report exists whatever ends this run."""
    kept.write(kept.unfinished())
    write_files(kept.unfinished(), name, out)


def renew(results):
    """After a test: write the results so far to every file."""
    kept.write(results)
    out = os.environ.get("OUT")
    write_files(results, os.environ.get("REPORT", ""),
                Path(out) if out else None)


def write_all(name="", out=None):
    """At the end: write JUnit's file, and the report of that name to the file
    `out`."""
    results = kept.read()
    if not results["finished"] and not results["tests"]:
        results = kept.without_tests(
            "the grader has no results; its output says why",
            fault="grader")
        kept.write(results)
    path = write_files(results, name, out)
    if name in ADDED or name in PRINTED:
        path = write_once(results, name, out)
    if path:
        print(f"grade: {name}: {path}", file=sys.stderr)


def write_files(results, name, out):
    """Write the files that can be rewritten after each test. Returns the path
    of the report, or None."""
    kept.write_whole(JUNIT, junit.make(results))
    if not name or name in ADDED or name in PRINTED:
        return None
    path = out or Path(OUT) / f"{name}.json"
    text = FORMATS[name](results)
    if text:
        kept.write_whole(path, text)
        return path
    path.unlink(missing_ok=True)
    return None


def write_once(results, name, out):
    text = FORMATS[name](results)
    if name in PRINTED and not out:
        print(text, end="", flush=True)
        return None
    path = out or Path(OUT) / f"{name}.json"
    with open(path, "a" if name in ADDED else "w", encoding="utf-8") as file:
        file.write(text)
    return path
