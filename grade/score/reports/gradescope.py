"""grade/score/reports/gradescope.py: results.json as Gradescope's autograder
reads it."""

import json

from grade.score.results import is_graders_fault, rules_applied

NOT_FINISHED = "Grading did not finish: these are the points so far."
STATUS = {"passed": "passed", "failed": "failed", "error": "failed"}


def make(results):
    if is_graders_fault(results):
        return ""           # Gradescope then informs the instructor
    # Also give the sum: with no tests there would be none.
    return json.dumps({
        "score": results["score"],
        "execution_time": results["seconds"],
        "output": summary(results),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": list(tests_of(results))}, indent=1) + "\n"


def summary(results):
    """The part of the report that belongs to no test."""
    lines = [] if results["finished"] else [NOT_FINISHED]
    lines += [results["cause"], ""] if results["cause"] else []
    lines += [f"not taken: {file['name']}: {file['why']}"
             for file in results["refused"]]
    lines += [results["error"]] if results["error"] else [
        f"{group['name']}: {group['got']:g}/{group['points']:g}"
        for group in results["groups"]]
    lines += rules_applied(results)
    lines += [results["changes"]] if results["changes"] else []
    return "\n".join(lines)


def tests_of(results):
    """Make all of them visible: a hidden one would hide the sum."""
    for index, group in enumerate(results["groups"], 1):
        tests = [t for t in results["tests"] if t["group"] == group["name"]]
        for number, test in enumerate(tests, 1):
            yield {
                "name": test["title"],
                "number": f"{index}.{number}",
                "score": test["got"],
                "max_score": test["points"],
                "status": STATUS[test["status"]],
                "output": test["message"],
                "output_format": "text",
                "visibility": "visible",
                "tags": [test["group"]]}
