"""grade/course/whole_class/table.py: the results of a class as rows, and as
CSV."""

import csv
import io
import re

from grade.course.whole_class.policy import time_text
from grade.course.whole_class.roster import extension_in, names_in
from grade.score.points import Points
from grade.score.results import write_whole

ERROR = re.compile(r"\b(error|undefined reference|panic)\b", re.IGNORECASE)
REASON_MAX = 200
BROKEN = {"build.test_builds": "does not build",
          "build.test_boots": "does not boot"}


def groups():
    points = Points()
    return [name for name in points.groups if name not in points.tools]


def columns():
    return ["student", "id", "score", "total", "submitted", "late", "final",
            *groups(), "seconds", "note", "source", "key"]


def make_rows(submissions, products, failed, policy, roster=None):
    """A row for each student. `products` and `failed` are by key."""
    return [row_of(submission, products, failed, policy, roster)
            for submission in submissions]


def row_of(submission, products, failed, policy, roster):
    """A row by column. If nothing was graded, the score is empty and not 0."""
    entry = roster.find(submission.name) if roster else None
    extension = extension_in(entry) if entry else 0
    attempt = policy.counted(submission, products, extension)
    product = products.get(attempt.key)
    row = dict.fromkeys(columns(), "")
    row.update(
        student=submission.student, source=attempt.source,
        id=roster.id_of(entry) if entry else names_in(submission.name)[0],
        key=attempt.key[:16], product=attempt.key, entry=entry,
        submitted=time_text(attempt.time), reason=attempt.problem)
    late = policy.days_late(attempt)
    row["late"] = "" if late is None else late
    notes = [submission.note, attempt.note]
    if policy.best and len(submission.attempts) > 1:
        notes.append(f"{attempt.source} is the best")
    if roster and entry is None:
        notes.append("not in the roster")
    if product:
        add_results(row, product)
        row["final"] = policy.final(row["score"], attempt, extension)
        if policy.due is not None and late is None:
            notes.append("when it was handed in is not known")
    elif attempt.key:
        row["reason"] = failed.get(attempt.key, "not graded yet")
    row["note"] = "; ".join(note for note in [row["reason"], *notes] if note)
    return row


def add_results(row, product):
    found = product["results"]
    row.update({g["name"]: g["got"] for g in found["groups"]
                if g["name"] in row})
    row.update(score=found["score"], total=found["total"],
               seconds=product["seconds"], reason=what_broke(found["tests"]))


def what_broke(tests):
    """Why there are no points at all: the kernel does not build or boot."""
    return next((f"{BROKEN[test['id']]}: {reason(test['message'])}"
                 for test in tests if test["id"] in BROKEN
                 and test["status"] == "failed"), "")


def reason(message):
    """The line of the compiler's output that gives the reason."""
    lines = [" ".join(line.split()) for line in message.splitlines()]
    lines = [line for line in lines if line] or ["it said nothing"]
    return next((line for line in lines if ERROR.search(line)),
                lines[-1])[:REASON_MAX]


def write(rows, path):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(), lineterminator="\n",
                            extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()}
                     for row in rows)
    write_whole(path, text.getvalue())


def harmless(value):
    """Quote a name that a spreadsheet would take for a formula."""
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return f"'{value}" if is_formula else value
