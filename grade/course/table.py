"""grade/course/table.py: the results of a class as rows, and as CSV."""

import csv
import io
import re

from grade.points import Points
from grade.results import write_whole


ERROR = re.compile(r"\b(error|undefined reference|panic)\b", re.IGNORECASE)
REASON_MAX = 200
BROKEN = {"build.test_builds": "does not build",
          "build.test_boots": "does not boot"}


def groups():
    points = Points()
    return [name for name in points.groups if name not in points.tools]


def columns():
    return ["student", "score", "total", *groups(), "seconds", "note",
            "source", "key"]


def row_of(submission, product, why_not):
    """By column. Nobody gets 0 for what was not graded: the score is
    empty."""
    attempt = submission.last
    row = dict.fromkeys(columns(), "")
    row.update(student=submission.student, source=attempt.source,
               key=attempt.key[:16])
    notes = [attempt.problem, submission.note, attempt.note]
    if product:
        found = product["results"]
        row.update({g["name"]: g["got"] for g in found["groups"]})
        row.update(score=found["score"], total=found["total"],
                   seconds=product["seconds"])
        notes.insert(0, what_broke(found["tests"]))
    elif attempt.key:
        notes.insert(0, why_not)
    row["note"] = "; ".join(note for note in notes if note)
    return row


def what_broke(tests):
    """Why there are no points at all: it does not build, or does not boot."""
    return next((f"{BROKEN[test['id']]}: {reason(test['message'])}"
                 for test in tests if test["id"] in BROKEN
                 and test["status"] == "failed"), "")


def reason(message):
    """The line that a compiler's message is about."""
    lines = [" ".join(line.split()) for line in message.splitlines()]
    lines = [line for line in lines if line] or ["it said nothing"]
    return next((line for line in lines if ERROR.search(line)),
                lines[-1])[:REASON_MAX]


def write(rows, path):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()}
                     for row in rows)
    write_whole(path, text.getvalue())


def harmless(value):
    """A name that begins so would be a formula to a spreadsheet."""
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return f"'{value}" if is_formula else value
