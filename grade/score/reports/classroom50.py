"""grade/score/reports/classroom50.py: result.json as Classroom 50's runner
reads it.

Its scores are whole numbers, so each group of tests is one test there, and its
points are rounded down: only all points give the full score.
"""

import json
import math
import os
import time

from grade.score.reports.gradescope import summary
from grade.score.results import is_graders_fault

SCHEMA = "classroom50/result/v1"
# The fields, and the variable in which the runner passes each.
GIVEN = {"classroom": "CLASSROOM", "assignment": "ASSIGNMENT",
         "submission": "SUBMISSION_TAG", "commit": "COMMIT_URL",
         "release": "RELEASE_URL", "review": "REVIEW_URL"}
MESSAGE_MAX = 2000


def make(results):
    if is_graders_fault(results):
        return ""           # the runner then says that grading failed
    tests = [entry(results, group) for group in results["groups"]]
    given = {name: os.environ.get(variable, "")
             for name, variable in GIVEN.items()}
    given["review"] = given["review"] or given["commit"]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps({
        "schema": SCHEMA, **given, "datetime": now, "graded_at": now,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests, "output": summary(results)}, indent=1) + "\n"


def entry(results, group):
    lost = [f"{test['title']}: {test['message'].partition(chr(10))[0]}"
            for test in results["tests"] if test["group"] == group["name"]
            and test["status"] != "passed"]
    passed = group["got"] == group["points"]
    most = math.ceil(group["points"])
    return {"test-name": group["name"], "passed": passed,
            "score": most if passed else math.floor(group["got"]),
            "max-score": most,
            "output": "\n".join(lost)[:MESSAGE_MAX]}
