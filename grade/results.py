"""grade/results.py: what a run gave, for other programs.

build/grade/results.json: {"score", "total", "tests": [{"id", "title", "group",
"points", "got", "status", "message", "seconds"}]}; the status is "passed",
"failed", or "error" for a test that never ran.
"""

import json
import os

from grade.config import ROOT
from grade.points import add_up

FILE = ROOT / "build" / "grade" / "results.json"


class Results:
    def __init__(self):
        self._tests = {}

    def add(self, test, report, got):
        """A test has ended, or could not begin."""
        self._tests[test] = {
            "got": got,
            "status": "passed" if report.passed else "failed",
            "message": "" if report.passed else report.longreprtext,
            "seconds": round(report.duration, 3)}

    def write(self, worth):
        """`worth` has the facts of all tests that there are, in order."""
        never = {"got": 0, "status": "error", "message": "it did not run",
                 "seconds": 0}
        tests = [{**facts, **self._tests.get(test, never)}
                 for test, facts in worth.items()]
        text = json.dumps({
            "score": add_up(test["got"] for test in tests),
            "total": add_up(test["points"] for test in tests),
            "tests": tests}, indent=1)
        FILE.parent.mkdir(parents=True, exist_ok=True)
        part = FILE.with_suffix(f".{os.getpid()}")
        part.write_text(text)
        part.rename(FILE)
