"""grade/course/whole_class/feedback.py: a file of feedback to send to each
student, and what the class as a whole got wrong."""

import csv
import io
import re

from grade.course.whole_class.submissions import fold
from grade.score.results import write_whole

FORBIDDEN = re.compile(r'[<>:"/\\|?*]')         # in a name on Windows
DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)\b", re.IGNORECASE)
BYTES_MAX = 200                                 # of a name
# Lines that a student does not need: paths on the grader's machine.
OURS = ("In full: ", "grade: ")


def file_names(rows):
    """A file name for each student, by label, that works on any system."""
    names, used = {}, set()
    for row in rows:
        plain = FORBIDDEN.sub("_", row["student"]).rstrip(". ") or "_"
        plain = DEVICE.sub(r"\1_", plain, 1) if DEVICE.match(plain) else plain
        plain = plain.encode()[:BYTES_MAX].decode(errors="ignore")
        name, number = plain, 1
        while fold(name) in used:
            number += 1
            name = f"{plain} ({number})"
        used.add(fold(name))
        names[row["student"]] = f"{name}.txt"
    return names


def write_all(rows, products, folder):
    """Write each student's feedback, without anything about others."""
    names = file_names(rows)
    for old in folder.glob("*.txt"):
        if old.name not in names.values():
            old.unlink()
    for row in rows:
        write_whole(folder / names[row["student"]],
                    text_of(row, products.get(row["product"])))


def text_of(row, product):
    lines = [row["student"], ""]
    if product is None:
        return "\n".join([*lines, f"Not graded: {row['reason']}", ""])
    results = product["results"]
    lines.append(f"Score: {row['final']:g} of {row['total']:g}")
    if row["final"] != row["score"]:
        lines.append(f"({row['score']:g} points, {row['late']:g} days late)")
    lines += [row["reason"]] if row["reason"] else []
    lines += ["", *(f"{group['name']:12}{group['got']:>7g} of "
                    f"{group['points']:g}" for group in results["groups"])]
    lines += ["", *(f"not taken: {file['name']}: {file['why']}"
                    for file in results["refused"])]
    lines += [line for line in product["output"].splitlines()
              if not line.startswith(OURS)]
    return "\n".join(lines) + "\n"


# ---- the class --------------------------------------------------------------

def statistics(rows, products):
    """The number of kernels that failed each test, most failures first."""
    tests = {}
    for row in rows:
        product = products.get(row["product"])
        for test in product["results"]["tests"] if product else ():
            found = tests.setdefault(test["id"], {
                "test": test["id"], "title": test["title"],
                "group": test["group"], "points": test["points"],
                "passed": 0, "failed": 0})
            found["passed" if test["status"] == "passed" else "failed"] += 1
    for found in tests.values():
        found["share"] = round(
            found["failed"] / (found["failed"] + found["passed"]), 3)
    return sorted(tests.values(), key=lambda test: -test["share"])


def write_statistics(tests, path):
    text = io.StringIO()
    writer = csv.DictWriter(text, ["test", "title", "group", "points",
                                   "passed", "failed", "share"],
                            lineterminator="\n")
    writer.writeheader()
    writer.writerows(tests)
    write_whole(path, text.getvalue())
