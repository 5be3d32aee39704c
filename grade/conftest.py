"""grade/conftest.py: makes pytest print one line per test, with its points.

pytest's controller starts the session and prints; its workers run the tests
and send each test's title and points with its report.
"""

import json
import os

import pytest

from grade.kernel.outside.gate import NOTHING_SHARED
from grade.machine import failures
from grade.machine.failures import Broken, GuestFailed, NotTried
from grade.machine.guest import Log
from grade.machine.host.limits import factor
from grade.score import results, session, wanted
from grade.score.points import Points, test_id
from grade.score.progress import Progress
from grade.score.verdict import is_promise
from grade.tools.setup.needs import skip_unless_there

# Only make view_page runs it, for those who change the page of make view.
collect_ignore = [] if "view_page" in os.environ.get("TESTS", "") \
    else ["selftest/test_view_page.py"]

# For the tests of a kernel in which something has failed; most need a tenth of
# it. A correct kernel on a busy host gets all the time that it takes.
RUN_SECONDS = 600
TOO_LONG = ("not tried: tests before it failed, and the time of the run was "
            "over")
TOO_EARLY = ("not tried: long tests are for a kernel that keeps its promises "
             "in the others")


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
        config.pluginmanager.register(
            Progress(config, stop_file(config.calf_session)), "calf-progress")
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
            item.user_properties += [("points", 0), ("in_labs", {})]
    # All workers write the same.
    results.write_whole(here.folder / "worth.json", json.dumps(
        {test_id(item): dict(item.user_properties)
         for item in [*items, *picked]}))


def prepare(items, everything):
    """Sort the tests, share out the points, and select by GROUP. To grade a
    kernel, leave out all other tests."""
    points = Points()
    items[:] = [item for item in items if points.counts(test_id(item))
                and (everything or not points.is_tool(test_id(item)))]
    worth = worth_in_labs([test_id(item) for item in items], points)
    items.sort(key=lambda item: points.place(test_id(item)))
    shares = points.share_out([test_id(item) for item in items])
    groups = os.environ.get("GROUP", "").split() or points.groups
    items[:] = [item for item in items if is_first(item)
                or points.group(test_id(item)) in groups
                and (os.environ.get("QUICK") != "1"
                     or points.is_quick(test_id(item)))]
    for item in items:
        test, title = test_id(item), title_of(item)
        item.extra_keyword_matches.update(
            wanted.keywords(title, os.environ.get("TESTS", "")))
        item.user_properties += [
            ("title", title), ("points", shares[test]),
            ("id", test), ("group", points.group(test)),
            ("in_labs", worth[test])]


def worth_in_labs(tests, points):
    """If several labs are graded: by test and lab, the group and the points
    that the lab alone gives for a test."""
    worth = {test: {} for test in tests}
    for lab in points.labs if len(points.labs) > 1 else ():
        alone = Points([lab])
        ours = [test for test in tests
                if alone.has(test) and not alone.is_tool(test)]
        for test, share in alone.share_out(ours).items():
            worth[test][lab] = {"group": alone.group(test), "points": share}
    return worth


def is_first(item):
    """True for the tests that say whether there is a kernel to test at all."""
    return test_id(item).startswith("build.")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol():
    """With FIRST=1, start no more tests after a failure."""
    return True if stop_file(session.current()).exists() else None


def stop_file(here):
    """This file exists once a test has failed and no other must begin."""
    return here.folder / "stop"


def pytest_runtest_setup(item):
    """Do not try tests that cannot pass, nor go on for ever."""
    here, points = session.current(), Points()
    facts = dict(item.user_properties)
    of_kernel = facts["group"] not in points.tools
    failures.watch(of_kernel)
    if here.shares_nothing and facts["group"] in points.cow:
        raise NotTried(NOTHING_SHARED)
    if of_kernel and here.seconds() > RUN_SECONDS * factor() \
            and failures.has_found():
        raise NotTried(TOO_LONG)
    if of_kernel and os.environ.get(failures.ALL) != "1" \
            and points.is_long(facts["id"]) and failures.has_failed():
        raise NotTried(TOO_EARLY)
    skip_unless_there(item)


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
    if call.excinfo is None:
        return
    if call.excinfo.errisinstance((GuestFailed, session.BuildError)):
        report.longrepr = str(call.excinfo.value)
    if call.excinfo.errisinstance(NotTried):
        report.user_properties.append(("untried", True))
    elif report.failed:
        note(dict(item.user_properties), call, report)


def note(facts, call, report):
    """Remember what has failed, for the tests after it."""
    if call.excinfo.errisinstance(Broken):
        report.user_properties.append(("seen", facts["group"]))
    points = Points()
    if is_promise(facts["group"], str(report.longrepr), points) \
            and not points.is_long(facts["id"]):
        failures.failed(facts["id"])
        if call.excinfo.errisinstance(Broken):
            failures.broken(facts["id"])


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
