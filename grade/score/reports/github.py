"""grade/score/reports/github.py: Markdown for the summary of a GitHub Actions
job."""

from html import escape

from grade.score.reports.gradescope import NOT_FINISHED
from grade.score.reports.prairielearn import LENGTHS, shortened
from grade.score.results import rules_applied

BYTES_MAX = 1 << 20     # of a step's summary


def make(results):
    texts = ("\n".join(summary(results, length)) + "\n" for length in LENGTHS)
    return next(text for text in texts if len(text.encode()) < BYTES_MAX)


def summary(results, length):
    yield f"## Calf: {results['score']:g} of {results['total']:g} points"
    if not results["finished"]:
        yield f"\n{NOT_FINISHED}"
    if results["error"]:
        yield f"\n{preformatted(results['error'])}"
    if results["cause"]:
        yield f"\n{preformatted(shortened(results['cause'], length))}"
    yield "\n| group | points | of |\n| --- | ---: | ---: |"
    for group in results["groups"]:
        yield f"| {group['name']} | {group['got']:g} | {group['points']:g} |"
    for line in [*rules_applied(results), results["changes"]]:
        if line:
            yield f"\n{escape(line)}"
    for file in results["refused"]:
        yield f"\nnot taken: <code>{escape(file['name'])}</code>: " \
            f"{escape(file['why'])}"
    for test in results["tests"]:
        if test["status"] != "passed":
            yield f"\n<details><summary>{escape(test['title'])}: " \
                f"{test['got']:g}/{test['points']:g}</summary>\n\n" \
                f"{preformatted(shortened(test['message'], length))}\n" \
                "\n</details>"


def preformatted(text):
    """No blank line may end the HTML."""
    return f"<pre>{escape(text)}</pre>".replace("\n", "&#10;")
