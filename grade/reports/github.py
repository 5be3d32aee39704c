"""grade/reports/github.py: outputs of a step for GitHub Classroom's reporter.

A line `GROUP=...` for each group of tests, in the form of that reporter's
runners. A runner's score is the share of its tests that passed, so within a
group all tests count alike there.
"""

import base64
import json

STATUS = {"passed": "pass", "failed": "fail", "error": "error"}
MESSAGE_MAX = 100       # all of it is one variable of the environment


def make(results):
    return "".join(f"{group['name']}={encode(runner(results, group))}\n"
                   for group in results["groups"])


def encode(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def runner(results, group):
    tests = [entry(test) for test in results["tests"]
             if test["group"] == group["name"]]
    return {
        "version": 1,
        "status": "pass" if group["got"] == group["points"] else
        "error" if results["error"] else "fail",
        "max_score": round(group["points"]),
        "tests": tests or [entry({
            "title": group["name"], "status": "error", "got": 0,
            "message": results["error"] or "", "seconds": 0})]}


def entry(test):
    lines = test["message"].splitlines()[:1]
    return {
        "name": test["title"],
        "status": STATUS[test["status"]],
        "score": test["got"],
        "message": "".join(lines)[:MESSAGE_MAX],
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": test["seconds"]}
