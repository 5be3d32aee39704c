"""grade/selftest/test_labs.py: the definitions of labs."""

from pathlib import Path

import json
import shutil
from types import SimpleNamespace

import pytest

from grade.conftest import prepare
from grade.course.handout.lab import Lab, unused_patterns
from grade.kernel import labs
from grade.machine.host.build import ROOT, UserError
from grade.score import results
from grade.score.points import Points
from grade.tools.lint.lab_patterns import imports_left_out


def test_unused_pattern():
    """handout: a pattern of lab.ini that matches nothing is found"""
    lab = Lab("cow")
    lab.taken, lab.left_out = ["docs/*", "attic/*"], ["docs/a*", "kernel/*"]
    paths = ["docs/adr", "docs/map.md", "kernel/main.c"]
    assert list(unused_patterns(lab, paths)) == ["attic/*", "kernel/*"]


def test_import_of_what_is_left_out():
    """lint: a module of a hand-out that needs one that is left out is found"""
    lab = Lab("cow")
    lab.taken, lab.left_out = ["grade/*"], ["grade/trials/*"]
    needs = "import grade.trials.fuzz\n"
    later = f"def f():\n    {needs}"
    texts = {Path("grade", name).with_suffix(".py"): text for name, text in {
        "trials/fuzz": needs, "selftest/a": f"import os\n{needs}",
        "selftest/b": later,
        "selftest/c": "import grade.selftest.a\n"}.items()}
    assert list(imports_left_out(lab, texts)) == [
        (Path("grade/selftest/a.py"), 2, Path("grade/trials/fuzz.py"))]


# ---- points of several labs -------------------------------------------------

LATER = """\
earlier build   10
earlier before 190  promise
group   heap   800  promise

1   build   build.test_builds   quick
1   before  outside.*
1   heap    heap.*
"""
BUILDS, COW = "build.test_builds", "outside.test_isolation_alone"
HEAP, TOOL = "heap.test_grows", "labs.test_unused"


@pytest.fixture
def later(tmp_path, monkeypatch):
    """The labs cow and later, neither of them chosen."""
    for name in "cow", "later":
        shutil.copytree(ROOT / "grade" / "labs" / "cow", tmp_path / name)
    (tmp_path / "later" / "points").write_text(LATER, "utf-8")
    monkeypatch.setattr(labs, "FOLDER", tmp_path)
    monkeypatch.setattr(labs, "HANDED_OUT", tmp_path / "handed-out")
    monkeypatch.delenv("LAB", raising=False)
    return tmp_path


def test_points_of_all(later):
    """points: if several labs are graded, each test counts once"""
    points = Points()
    assert points.labs == ["cow", "later"] and points.of_kernel() == 1800
    assert "before" not in points.groups
    assert [points.group(test) for test in (BUILDS, COW, HEAP, TOOL)] == [
        "build", "isolation", "heap", "grader"]


def test_points_of_one(later, monkeypatch):
    """points: with LAB, only what the file of that lab names counts"""
    monkeypatch.setenv("LAB", "later")
    points = Points()
    assert points.of_kernel() == 1000
    assert points.group(COW) == "before" and points.group(HEAP) == "heap"
    assert points.promises == {"before", "heap"}
    assert not points.counts("suites.test_grind")
    with pytest.raises(KeyError):
        points.counts("nosuch.test_it")
    monkeypatch.setenv("LAB", "cow")
    assert not Points().counts(HEAP) and Points().of_kernel() == 1000


def test_group_named_twice(later):
    """points: two labs must not have a group of the same name"""
    path = later / "later" / "points"
    path.write_text(path.read_text("utf-8").replace("heap", "cost"), "utf-8")
    with pytest.raises(ValueError, match="later/points:3: "):
        Points()


def test_chosen_lab(later, monkeypatch):
    """grader: LAB chooses the lab, a hand-out has its own, or all count"""
    assert labs.graded_labs() == ["cow", "later"]
    (later / "handed-out").write_text(
        "# What was handed out: lab later, step 11.\n", "utf-8")
    assert labs.graded_labs() == ["later"]
    monkeypatch.setenv("LAB", "cow")
    assert labs.graded_labs() == ["cow"]
    monkeypatch.setenv("LAB", "nosuch")
    with pytest.raises(UserError, match="no such lab; there is cow, later$"):
        labs.graded_labs()


def run_of(*failed):
    """Results of a run of some tests, of which these failed."""
    items = [SimpleNamespace(
        module=SimpleNamespace(__name__=f"grade.test_{test.split('.')[0]}"),
        name=test.split(".")[1], function=run_of, user_properties=[],
        extra_keyword_matches=set())
        for test in (HEAP, COW, BUILDS)]
    prepare(items, everything=False)
    tests = [dict(item.user_properties) for item in items]
    return results.put_together([{
        **test, "status": "failed" if test["id"] in failed else "passed",
        "got": 0 if test["id"] in failed else test["points"],
        "message": "", "seconds": 0} for test in tests])


@pytest.mark.parametrize("failed, cow, later_lab", [
    ((), 110, 1000), ((HEAP,), 110, 200), ((COW,), 10, 810)])
def test_score_of_each(later, failed, cow, later_lab):
    """grader: if several labs are graded, each has its own score"""
    found = run_of(*failed)
    assert [(lab["name"], lab["got"]) for lab in found["labs"]] == [
        ("cow", cow), ("later", later_lab)]
    assert found["total"] == 10 + 100 + 800
    assert "in_labs" not in json.dumps(found)


def test_score_of_one(later, monkeypatch):
    """grader: with LAB, the score is that of the lab"""
    monkeypatch.setenv("LAB", "later")
    found = run_of(COW)
    assert found["labs"] == [{"name": "later", "points": 1000, "got": 810}]
    assert (found["score"], found["total"]) == (810, 1000)
