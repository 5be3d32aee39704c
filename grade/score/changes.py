"""grade/score/changes.py: report what has changed since the last run on this
tree."""

import json
import os

from grade.machine.host.text import many
from grade.score import session
from grade.score.results import write_whole

FILE = session.OUT / "last.json"        # "passed" or "failed", by test
TITLES = 4              # the most tests that are named


def since_last(results):
    """Returns a sentence, or "" if there is nothing to say, and keeps the
    results for the next run. A test that was not tried keeps its last
    result."""
    if session.STRANGER in os.environ:
        return ""       # the last run may have been on another tree
    before = read()
    now = {test["id"]: test["status"] for test in results["tests"]
           if test["status"] != "error"}
    write_whole(FILE, json.dumps({**before, **now}))
    titles = {test["id"]: test["title"] for test in results["tests"]}
    return tell(before, now, titles)


def read():
    try:
        return json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def tell(before, now, titles):
    fixed, new, still = [], [], []
    for test, status in now.items():
        was = before.get(test)
        if status == "passed" and was == "failed":
            fixed.append(titles[test])
        elif status == "failed":
            {"passed": new, "failed": still}.get(was, []).append(titles[test])
    parts = [f"{len(fixed)} fixed{named(fixed)}"] * bool(fixed) \
        + [f"{many(len(new), 'new failure')}{named(new)}"] * bool(new) \
        + [f"{many(len(still), 'test')} still failing"] * bool(still)
    return f"Since the last run: {', '.join(parts)}." if parts else ""


def named(titles):
    if len(titles) > TITLES:
        titles = [*titles[:TITLES], "..."]
    return f" ({'; '.join(titles)})"
