"""grade/course/table.py: the results of a class as rows, and as CSV."""

import csv
import io

from grade.points import Points
from grade.results import write_whole


def groups():
    points = Points()
    return [name for name in points.groups if name not in points.tools]


def columns():
    return ["student", "score", "total", *groups(), "seconds", "note",
            "source", "key"]


def row_of(submission, product, why_not):
    """By column. Nobody gets 0 for what was not graded: the score is
    empty."""
    row = dict.fromkeys(columns(), "")
    row.update(student=submission.student, source=submission.source,
               key=submission.key[:16])
    notes = [submission.problem, submission.note]
    if product:
        found = product["results"]
        row.update({g["name"]: g["got"] for g in found["groups"]})
        row.update(score=found["score"], total=found["total"],
                   seconds=product["seconds"])
    elif submission.key:
        notes.insert(0, why_not)
    row["note"] = "; ".join(note for note in notes if note)
    return row


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
