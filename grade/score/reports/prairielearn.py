"""grade/score/reports/prairielearn.py: results.json as PrairieLearn reads
it."""

import json

from grade.score.reports.gradescope import summary

BYTES_MAX = 1 << 20     # of the whole file
# How much of each message is kept, until it all fits.
LENGTHS = (20_000, 4000, 1000, 200, 0)


def make(results):
    texts = (json.dumps(report(results, length), indent=1) + "\n"
             for length in LENGTHS)
    return next(text for text in texts if len(text) < BYTES_MAX)


def report(results, length):
    """Ungradable submissions do not count as attempts of the student."""
    return {
        "gradable": results["error"] is None,
        "score": share(results["score"], results["total"]),
        "message": (results["error"] or "")[:length],
        "output": summary(results)[:length],
        "tests": [{
            "name": test["title"],
            "description": test["group"],
            "points": test["got"],
            "max_points": test["points"],
            "message": "",
            "output": shortened(test["message"], length)}
            for test in results["tests"]]}


def share(score, total):
    return round(score / total, 6) if total else 0


def shortened(text, length):
    return text if len(text) <= length else text[:length] + "\n[...]"
