"""grade/score/progress.py: the output of `make grade`: a line as each test
ends, and at the end why tests failed, the rules that withheld points, and the
sum."""

import json
import os
import re
import time
from collections import Counter
from textwrap import indent

import pytest

from grade.machine.host import limits
from grade.machine.host.text import many, printable
from grade.score import changes, explain, reports, results, session
from grade.score.points import add_up

TITLE_WIDTH = 64
SAVE_SECONDS = 1        # between two writes of the results
NUMBER = re.compile(r"\d+")
NOT_YET = "it has not run yet"


def dotted(title):
    title = title[:TITLE_WIDTH - 4]
    return f"{title} {'.' * (TITLE_WIDTH - len(title))} "


class Progress:
    """A plug-in for the process of pytest that prints. `stop_file` exists if
    FIRST=1 has ended the run."""

    def __init__(self, config, stop_file):
        self._config = config
        self._stop_file = stop_file
        self._got = {}
        self._skipped = {}              # why, by test
        self._untried = Counter()       # tests by the reason
        self._failures = []
        self._results = results.Results()
        self._final = None
        self._saved = 0
        self._live = os.isatty(1) and os.environ.get("TERM") != "dumb"

    def _terminal(self):
        return self._config.pluginmanager.get_plugin("terminalreporter")

    def _say(self, line, **markup):
        """Print a line; on a terminal, with the progress below it."""
        terminal = self._terminal()
        if not self._live:
            terminal.write_line(line, **markup)
            return
        terminal.rewrite("", erase=True)
        terminal.rewrite(f"{line}\n", **markup)
        self._say_progress()

    def _say_progress(self):
        got, total = self._sum()
        self._terminal().rewrite(
            f"  {len(self._got)} of {many(len(self._worth()), 'test')}, "
            f"{got:g} of {total:g} points")

    def pytest_report_teststatus(self, report):
        """Print no dots, since each test has its own line."""
        if report.when == "call" or report.failed:
            return report.outcome, "", ""
        return "", "", ""

    def pytest_runtest_logreport(self, report):
        facts = dict(report.user_properties)
        if "points" not in facts:
            return
        if report.skipped:
            self._skip(facts, report)
        if report.skipped or report.when != "call" and not report.failed:
            return
        if report.when == "teardown" and facts["id"] in self._got:
            return
        points = facts["points"]
        got = points if report.passed else 0
        self._got[facts["id"]] = got
        self._results.add(facts["id"], report, got, "untried" not in facts)
        self._save()
        if "untried" in facts:
            self._untried[str(report.longrepr)] += 1
            if self._live:
                self._say_progress()
            return
        self._say(dotted(facts["title"]) + f"{got:g}/{points:g}",
                  red=report.failed)
        if report.failed:
            self._fail(facts, report)

    def _fail(self, facts, report):
        failure = explain.Failure(
            facts["id"], facts["title"], str(report.longrepr),
            facts.get("seen", ""))
        self._failures.append(failure)
        if session.VERBOSE in os.environ:
            self._say(indent(printable(failure.message), "    "))

    def _skip(self, facts, report):
        """A tool is missing: the test does not count either way."""
        why = report.longrepr[2].partition(": ")[2]
        self._skipped[facts["id"]] = f"{facts['title']}: {why}"
        self._say(dotted(facts["title"]) + f"not tried: {why}")

    def _save(self):
        """Write the results so far to the reports, not after every test."""
        if time.monotonic() > self._saved + SAVE_SECONDS:
            reports.renew(self._make(NOT_YET, finished=False))
            self._saved = time.monotonic()

    def _make(self, never, finished=True):
        made = self._results.make(self._worth(), never, finished)
        made["cause"] = explain.first_cause(self._in_order())
        return made

    def _in_order(self):
        """The failures in the order of the tests, whichever worker was
        first."""
        places = {test: place for place, test in enumerate(self._worth())}
        return sorted(self._failures,
                      key=lambda failure: places.get(failure.test, -1))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        self._final = self._make(self._why_not())
        if self._final["score"] < self._final["total"] \
                and session.exitstatus == 0:
            session.exitstatus = 1
        self._final["changes"] = changes.since_last(self._final)
        reports.renew(self._final)

    def _why_not(self):
        """The reason why some tests did not run."""
        if limits.is_over():
            return f"it did not run: {limits.time_is_over()}"
        if self._config.calf_session.build_error:
            return "it did not run, since Calf does not build"
        if self._config.calf_session.boot_error:
            return "it did not run, since Calf does not boot"
        return "it did not run, since the run ended early"

    def _worth(self):
        """The facts of each test that ran or should have run."""
        path = self._config.calf_session.folder / "worth.json"
        worth = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return {k: v for k, v in worth.items() if k not in self._skipped}

    def _sum(self):
        """The points of tests that passed, and of all tests, including those
        that did not run."""
        return (add_up(self._got.values()),
                add_up(facts["points"] for facts in self._worth().values()))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        if self._live:
            terminalreporter.rewrite("", erase=True)
            terminalreporter.rewrite("")
        for line in [*self._why_failed(), *self._left_out(),
                     *results.rules_applied(self._final),
                     *filter(None, [self._final["changes"]]),
                     *self._labs()]:
            terminalreporter.write_line(line)
        terminalreporter.write_line(
            f"Score: {self._final['score']:g}/{self._final['total']:g}"
            + self._of_what())

    def _why_failed(self):
        if not self._failures:
            return
        hints = explain.read_hints()
        path = self._config.calf_session.logs / "failures.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        failures = self._in_order()
        path.write_text(explain.in_full(failures, hints), "utf-8")
        yield from explain.explain(failures, hints)
        yield f"\nIn full: {path}\n"

    def _left_out(self):
        alike = {}              # the numbers grow while a run goes on
        for why, count in self._untried.items():
            before = alike.get(NUMBER.sub("", why), ("", 0))[1]
            alike[NUMBER.sub("", why)] = why, before + count
        for why, count in alike.values():
            yield f"{many(count, 'test')} not tried: " \
                + why.removeprefix("not tried: ")
        for why in self._skipped.values():
            yield f"skipped: {why}"

    def _labs(self):
        """What each lab alone would give, if several are graded."""
        labs = self._final["labs"]
        for lab in labs if len(labs) > 1 else ():
            yield f"lab {lab['name']}: {lab['got']:g}/{lab['points']:g}"

    def _of_what(self):
        """What the total covers, if not all tests."""
        untried = len(self._worth()) - len(self._got)
        if self._stop_file.exists() and untried:
            return f", FIRST=1: {many(untried, 'test')} not tried"
        if any(os.environ.get(name) for name in ("TESTS", "GROUP", "QUICK")):
            return " of the selected tests"
        return ""
