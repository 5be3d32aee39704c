"""grade/conftest.py: makes pytest print one line per test, with its points.

pytest's controller starts the session and prints; its workers run the tests
and send each test's title and points with its report.
"""

import json
import os
import time
from textwrap import indent

import pytest

from grade.kernel.outside.gate import NOTHING_SHARED
from grade.machine.guest import GuestFailed, Log
from grade.machine.host import limits
from grade.machine.host.limits import factor
from grade.machine.host.text import many, printable
from grade.score import explain, reports, results, session
from grade.score.points import Points, add_up
from grade.tools.setup.needs import skip_unless_there

# Only make view_page runs it, for those who change the page of make view.
collect_ignore = [] if "view_page" in os.environ.get("TESTS", "") \
    else ["selftest/test_view_page.py"]

TITLE_WIDTH = 64
RUN_SECONDS = 600       # for the tests of a kernel; most need a tenth of it
SAVE_SECONDS = 1        # between two writes of the results
TOO_LONG = ("not tried: so many tests before it hung that the time of the run "
            "was over")


def is_worker(config):
    return hasattr(config, "workerinput")


def pytest_addoption(parser):
    parser.addoption("--all-groups", action="store_true",
                     help="run all groups, not only those of the kernel")


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.addinivalue_line(
        "markers", "title(text): what the test shows, for its line")
    config.addinivalue_line(
        "markers", "needs(words): what the test needs; see tools/needs.py")
    if not is_worker(config):
        config.calf_session = session.start()
        config.pluginmanager.register(Score(config), "calf-score")
        silence_others(config)


def silence_others(config):
    """Suppress the lines about xdist's workers, and pytest's list of
    failures."""
    reporter = config.pluginmanager.get_plugin("terminaldistreporter")
    if reporter is not None:
        reporter.write_line = reporter.rewrite = lambda *_, **__: None
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    terminal.summary_failures = lambda: None


def pytest_unconfigure(config):
    if hasattr(config, "calf_session"):
        session.end(config.calf_session)


def test_id(item):
    """The id of a test, such as "shell.test_case[a pipe]"."""
    module = item.module.__name__.rpartition("test_")[2]
    return f"{module}.{item.name}"


def title_of(item):
    """The first line of the docstring, with the values of the parameters."""
    text = (item.function.__doc__ or item.name).strip().splitlines()[0]
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    if "harts" in params:
        params["harts"] = harts_text(params["harts"])
    return text.format(**params).rstrip(".")


def harts_text(harts):
    return f"{harts} hart" + ("" if harts == 1 else "s")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Give each test its place, title and points before TESTS selects some. If
    the kernel does not build or boot, run only the tests that say so, whatever
    TESTS selects; the total is that of the selected tests."""
    prepare(items, config.getoption("--all-groups"))
    first = [item for item in items if is_first(item)]
    yield
    picked = [*items]
    here = session.current()
    if picked and (here.build_error or here.boot_error):
        items[:] = first
        for item in set(first) - set(picked):
            item.user_properties.append(("points", 0))
    # All workers write the same.
    results.write_whole(here.folder / "worth.json", json.dumps(
        {test_id(item): dict(item.user_properties)
         for item in [*items, *picked]}))


def prepare(items, everything):
    """Sort the tests, share out the points, and select by GROUP. To grade a
    kernel, leave out all other tests."""
    points = Points()
    if not everything:
        items[:] = [item for item in items
                    if points.group(test_id(item)) not in points.tools]
    items.sort(key=lambda item: points.place(test_id(item)))
    shares = points.share_out([test_id(item) for item in items])
    groups = os.environ.get("GROUP", "").split() or points.groups
    items[:] = [item for item in items if is_first(item)
                or points.group(test_id(item)) in groups]
    for item in items:
        test = test_id(item)
        item.user_properties += [
            ("title", title_of(item)), ("points", shares[test]),
            ("id", test), ("group", points.group(test))]


def is_first(item):
    """Whether the test says if there is a kernel to test at all."""
    return test_id(item).startswith("build.")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol():
    """With FIRST=1, begin no test after a failure."""
    return True if stop_file(session.current()).exists() else None


def stop_file(here):
    """This file exists once a test has failed and no other must begin."""
    return here.folder / "stop"


def pytest_runtest_setup(item):
    """Do not try tests that cannot pass, nor go on for ever."""
    here, points = session.current(), Points()
    group = dict(item.user_properties)["group"]
    if here.shares_nothing and group in points.cow:
        raise GuestFailed(NOTHING_SHARED)
    if group not in points.tools and here.seconds() > RUN_SECONDS * factor():
        raise GuestFailed(TOO_LONG)
    skip_unless_there(item)


class Score:
    """Prints a line as each test ends; at the end, why tests failed, and the
    sum."""

    def __init__(self, config):
        self._config = config
        self._got = {}
        self._skipped = set()
        self._failures = []
        self._results = results.Results()
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
        got, total = self._sum()
        terminal.rewrite("", erase=True)
        terminal.rewrite(f"{line}\n", **markup)
        terminal.rewrite(
            f"  {len(self._got)} of {many(len(self._worth()), 'test')}, "
            f"{got:g} of {total:g} points")

    def pytest_report_teststatus(self, report):
        """Print no dots: our lines take their place."""
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
        self._results.add(facts["id"], report, got)
        self._save()
        self._say(dotted(facts["title"]) + f"{got:g}/{points:g}",
                  red=report.failed)
        if report.failed:
            failure = explain.Failure(
                facts["id"], facts["title"], str(report.longrepr))
            self._failures.append(failure)
            if session.VERBOSE in os.environ:
                self._say(indent(printable(failure.message), "    "))

    def _skip(self, facts, report):
        """A tool is missing: the test does not count either way."""
        self._skipped.add(facts["id"])
        self._say(dotted(facts["title"]) + "not tried: "
                  + report.longrepr[2].partition(": ")[2])

    def _save(self):
        """Write the results so far to the reports, not after every test."""
        if time.monotonic() > self._saved + SAVE_SECONDS:
            reports.renew(self._results.make(
                self._worth(), "it has not run yet", finished=False))
            self._saved = time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        got, total = self._sum()
        if got < total and session.exitstatus == 0:
            session.exitstatus = 1
        reports.renew(self._results.make(self._worth(), self._why_not()))

    def _why_not(self):
        """Why some tests did not run."""
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
        """Points achieved, and in all, including tests that never ran."""
        return (add_up(self._got.values()),
                add_up(facts["points"] for facts in self._worth().values()))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        if self._live:
            terminalreporter.rewrite("", erase=True)
            terminalreporter.rewrite("")
        if self._failures:
            hints = explain.read_hints()
            path = self._config.calf_session.logs / "failures.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(explain.in_full(self._failures, hints), "utf-8")
            for line in explain.explain(self._failures, hints):
                terminalreporter.write_line(line)
            terminalreporter.write_line(
                f"\nIn full: {path}\n")
        got, total = self._sum()
        terminalreporter.write_line(f"Score: {got:g}/{total:g}"
                                    + self._of_what())

    def _of_what(self):
        """What the total covers, if not all tests."""
        untried = len(self._worth()) - len(self._got)
        if stop_file(self._config.calf_session).exists() and untried:
            return f", FIRST=1: {many(untried, 'test')} not tried"
        if os.environ.get("TESTS") or os.environ.get("GROUP"):
            return " of the selected tests"
        return ""


def dotted(title):
    title = title[:TITLE_WIDTH - 4]
    return f"{title} {'.' * (TITLE_WIDTH - len(title))} "


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Report a guest's failure by its message, not by a traceback."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.calf_passed = report.passed
    if report.failed and os.environ.get("FIRST") == "1":
        stop_file(session.current()).touch()
    report.location = (*report.location[:2], title_of(item))
    if call.excinfo is not None and call.excinfo.errisinstance(
            (GuestFailed, session.BuildError)):
        report.longrepr = str(call.excinfo.value)


@pytest.fixture(scope="session")
def calf():
    """The session of this `make grade`."""
    return session.current()


@pytest.fixture(scope="session")
def config(calf):
    return calf.config()


@pytest.fixture
def log(request, calf):
    """A log for one guest. It is kept if the test fails, or with V=1."""
    made = Log(calf.logs, test_id(request.node))
    yield made
    made.end(keep=not getattr(request.node, "calf_passed", False)
             or session.VERBOSE in os.environ)
