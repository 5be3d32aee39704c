"""grade/selftest/test_verdict.py: the points for tests that passed when others
failed."""

import json
from types import SimpleNamespace

import pytest

from grade.score import explain, results
from grade.score.explain import Failure
from grade.score.points import Points, add_up
from grade.score.reports import github, gradescope
from grade.score.results import put_together, rules_applied

pytestmark = pytest.mark.xdist_group("driver")

SHARES = "outside.test_sharing_again"
ALONE = "outside.test_isolation_alone"


@pytest.fixture(autouse=True)
def one_lab(monkeypatch):
    monkeypatch.setenv("LAB", "cow")


def every_test():
    """A test for each line of the file points that grades a kernel, with a
    parameter in place of each star."""
    points = Points()
    names = [rule.pattern.replace("[*]", "[x]").replace("*", "x")
             for rule in points._rules if rule.group not in points.tools]
    return points.share_out(list(dict.fromkeys(names)))


def run(**wrong):
    """Results of a run in which these tests failed with these messages."""
    points = Points()
    return put_together([{
        "id": test, "title": test, "group": points.group(test),
        "points": worth, "got": 0 if test in wrong else worth,
        "status": "failed" if test in wrong else "passed",
        "message": wrong.get(test, ""), "seconds": 0}
        for test, worth in every_test().items()])


def got(result):
    return {group["name"]: group["got"] for group in result["groups"]}


def test_full_score():
    """points: a kernel that passes everything gets everything"""
    assert run()["score"] == run()["total"] == 1000
    assert not list(rules_applied(run()))


def test_half():
    """points: a group with a broken promise gives at most half"""
    result = run(**{"suites.test_guest[copies-x]": "x.c:3: other bytes"})
    assert got(result)["copies"] == 45
    assert got(result)["isolation"] == 100
    line, *_ = [line for line in rules_applied(result) if "copies" in line]
    assert "a promise of this group is broken" in line


def test_half_is_no_floor():
    """points: a group that gets less than half anyway keeps its points"""
    points = Points()
    ours = [t for t in every_test() if points.group(t) == "copies"]
    assert got(run(**dict.fromkeys(ours, "no")))["copies"] == 0


def test_panic():
    """points: if a program makes the kernel panic, any group loses half of its
    points"""
    unix = "suites.test_guest[unix-x]"
    assert got(run(**{unix: "x.c:3: check failed"}))["unix"] > 140
    found = got(run(**{unix: "log: panic: hart 2: text"}))
    assert found["unix"] == 80 and found["model"] == 0


def test_leak():
    """points: one isolation leak costs more than a hundred points"""
    assert run(**{"outside.test_isolationx": "both write"})["score"] < 900


def test_long_tests_last():
    """points: long tests count only if the promises hold elsewhere"""
    result = run(**{"outside.test_memoryx": "no"})
    assert got(result)["model"] == 0 and got(result)["races"] < 90
    assert got(run(**{"cost.x": "too many"}))["model"] == 60
    assert got(run(**{"duels.x": "seen: both"}))["model"] == 60


def test_sharing_must_be_seen():
    """points: what the guest says about memory counts only when page tables
    show that fork shares"""
    result = run(**{"outside.test_sharingx": "not the same frame"})
    found = got(result)
    assert all(found[group] == 0 for group in Points().cow)
    assert found["sharing"] == 0 and found["unix"] == 160


def test_sharing_seen_once():
    """points: one test in which page tables show sharing is enough"""
    tests = run()["tests"]
    seen = next(t for t in tests if t["id"].startswith("outside.test_sharing"))
    failed = {**seen, "id": "outside.test_sharing_again", "points": 0,
              "got": 0, "status": "failed", "message": "not the same frame"}
    assert put_together([*tests, failed])["score"] == 1000


def test_lazy_heap_must_be_seen(monkeypatch):
    """points: what the guest says about a heap counts only when page tables
    show that it is lazy"""
    monkeypatch.setenv("LAB", "lazy")
    whole = Points().groups
    assert run()["score"] == 1000
    found = got(run(**{"promised.test_growth": "other tables"}))
    assert found["heap"] == found["program"] == 0
    assert found["zero"] == whole["zero"]
    found = got(run(**{"promised.test_loadsx": "two frames"}))
    assert found["zero"] == 0 and found["heap"] == whole["heap"]
    found = got(run(**{"promised.test_text": "two frames"}))
    assert found["text"] == 0 and found["program"] == whole["program"]


def test_settled_twice():
    """points: the rules do not take points twice"""
    result = run(**{"outside.test_memoryx": "no",
                    "suites.test_guest[copies-x]": "no"})
    again = put_together(result["tests"])
    assert again["tests"] == result["tests"]
    assert again["score"] == result["score"] == add_up(
        test["got"] for test in again["tests"])


# ---- the cause first --------------------------------------------------------

HANGS = Failure("outside.test_sharing_again", "outside: again",
                "the child was told to fork; it did not come to it")
GUEST = Failure("suites.test_guest[isolation-x-1]", "usertests: x", "x.c:3: y")
SEEN = Failure(ALONE, "outside: alone", "expected: no writable mapping of x",
               seen="isolation")
UNSHARED = Failure(SHARES, "outside: again", "expected: z", seen="sharing")


def test_first_cause():
    """grader: a broken promise is reported once, before its consequences"""
    lines = explain.explain([HANGS, GUEST, UNSHARED, SEEN],
                            explain.read_hints())
    order = [lines.index(failure.title) for failure in (
        SEEN, UNSHARED, GUEST)]
    assert order == sorted(order) and lines[1] == SEEN.title
    assert "docs/cow.md#sharing" in explain.first_cause([HANGS, SEEN])
    assert explain.first_cause([]) == ""


def test_cause_in_reports():
    """reports: Gradescope's and GitHub's give the cause first, and once"""
    collected = results.Results()
    report = SimpleNamespace(passed=False, duration=1, longrepr=SEEN.message)
    collected.add(ALONE, report, 0)
    made = collected.make({ALONE: {"id": ALONE, "title": SEEN.title,
                                   "group": "isolation", "points": 9}}, "")
    made["cause"] = explain.first_cause([SEEN])
    made["changes"] = "Since the last run: 1 new failure (alone)."
    output = json.loads(gradescope.make(made))["output"]
    assert output.startswith(SEEN.title) and output.count("cause:") == 1
    assert "1 new failure" in output
    text = github.make(made)
    assert text.count("cause:") == 1
    assert text.index("cause:") < text.index("| group |")
