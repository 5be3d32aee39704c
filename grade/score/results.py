"""grade/score/results.py: the results of a run, for other programs.

build/grade/results.json exists from the first second of a run and is replaced
after each test, so that it is complete whatever ends the run; `finished` says
whether the run came to its end. docs/grading.md describes the format. The
status of a test is "passed", "failed", or "error" if it was not tried; `error`
says why there are no tests at all, and `fault` whether the student
("submission") or the instructor ("grader") has to correct that.
"""

import json
import os
import time

from grade.kernel.labs import graded_labs
from grade.machine.host.text import excerpt
from grade.score.points import Points, add_up
from grade.score.verdict import RULES, earned, settle
from grade.score.session import OUT

FILE = OUT / "results.json"


class Results:
    def __init__(self):
        self._tests = {}
        self._start = time.monotonic()

    def add(self, test, report, got, tried=True):
        """Record a test that has ended, or could not begin."""
        self._tests[test] = {
            "got": got,
            "status": "passed" if report.passed
            else "failed" if tried else "error",
            "message": "" if report.passed else excerpt(
                str(report.longrepr)),
            "seconds": round(report.duration, 3)}

    def make(self, worth, never, finished=True):
        """`worth` has the facts of all tests, in order; `never` says why some
        did not run."""
        never_ran = {"got": 0, "status": "error", "message": excerpt(never),
                     "seconds": 0}
        tests = [{**facts, **self._tests.get(test, never_ran)}
                 for test, facts in worth.items()]
        return put_together(tests, time.monotonic() - self._start,
                            finished=finished)


def put_together(tests, seconds=0, error=None, finished=True, fault=None):
    labs = by_lab(tests)
    tests = settle(without_labs(tests))
    return {
        "finished": finished,
        "score": add_up(test["got"] for test in tests),
        "total": add_up(test["points"] for test in tests),
        "seconds": round(seconds, 1),
        "error": error,
        "fault": fault,
        "refused": [],
        "cause": "",
        "changes": "",
        "labs": labs,
        "groups": [sum_up(group, [test for test in tests
                                  if test["group"] == group])
                   for group in Points().groups
                   if any(test["group"] == group for test in tests)],
        "tests": tests}


def sum_up(group, tests):
    return {"name": group,
            "points": add_up(test["points"] for test in tests),
            "got": add_up(test["got"] for test in tests)}


def by_lab(tests):
    """The points of each graded lab. If several labs are graded, `in_labs` of
    a test has its group and points in each of them."""
    names = graded_labs()
    return [sum_up(name, in_lab(tests, name if len(names) > 1 else None))
            for name in names]


def in_lab(tests, name):
    """The tests of the kernel as that lab alone, or the only one, has them."""
    points = Points([name] if name else None)
    ours = [{**test, **test.get("in_labs", {}).get(name, {})}
            for test in map(earned, tests)
            if points.has(test["id"]) and not points.is_tool(test["id"])]
    return settle([
        {**test, "got": test["points"] if test["status"] == "passed" else 0}
        for test in ours], points)


def without_labs(tests):
    return [{k: v for k, v in test.items() if k != "in_labs"}
            for test in tests]


def unfinished():
    """The results of a run that has just begun."""
    return without_tests("not finished: the grader was ended before the first "
                         "test, or is at work", fault="grader",
                         finished=False)


def without_tests(error, fault, finished=True):
    """The results of a run that ran no test: the kernel gets no points."""
    points = Points()
    results = put_together([], error=excerpt(error), fault=fault,
                           finished=finished)
    results["groups"] = [{"name": name, "points": worth, "got": 0}
                         for name, worth in points.groups.items()
                         if name not in points.tools]
    results["total"] = add_up(g["points"] for g in results["groups"])
    results["labs"] = [{"name": lab, "points": Points([lab]).of_kernel(),
                        "got": 0} for lab in points.labs]
    return results


def is_graders_fault(results):
    """Whether the run finished but could not grade, through no fault of the
    kernel."""
    return results["finished"] and results["fault"] == "grader"


def read(path=FILE):
    """What a run has written, or None."""
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def write(results, path=FILE):
    write_whole(path, json.dumps(results, indent=1) + "\n")


def rules_applied(results):
    """A line for each rule that has taken points."""
    for group in results["groups"]:
        lost = {why: 0 for why in RULES}
        for test in results["tests"]:
            if test["group"] == group["name"] and test.get("withheld"):
                lost[test["message"]] += test["withheld"]
        for why, points in lost.items():
            if points:
                yield f"{group['name']}: {add_up([points])} points {why}"


def write_whole(path, text):
    """Write it so that a reader sees the old file or the new one, never a
    part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
