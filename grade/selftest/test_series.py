"""grade/selftest/test_series.py: the tools of the patch series, on a toy
project with a kernel of one file and one page about it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from grade.kernel.outside.gate import NOTHING_SHARED
from grade.machine.host.build import ROOT, UserError
from grade.series import check_steps
from grade.series.check_steps import (
    judge, judge_starter, run_series, too_early)
from grade.series.edit import PLACE, Workshop
from grade.series.git import git
from grade.series.patches import (
    after_lab, findings, from_lab, labs_in, read_series)
from grade.series.stack import DoesNotFit, check_round, copy_finished
from grade.series.step_commits import lay_out, steps_of
from grade.series.step_results import TOO_EARLY, Outcome
from grade.tools.lint.series_fits import pages_left_out
from grade.tools.setup.needs import needs

pytestmark = [pytest.mark.xdist_group("series"), needs("git")]

STARTER = [f"line {n}" for n in range(30)]
ONE, TWO = "0001-mm-step-1.patch", "0002-mm-step-2.patch"


def kernel_file(root):
    return root / "kernel" / "mm" / "a.c"


def page_file(root):
    return root / "docs" / "a.md"


def kernel_lines(root):
    return kernel_file(root).read_text("utf-8").splitlines()


def page_lines(root):
    return page_file(root).read_text("utf-8").splitlines()


def change(root, old, new, file=kernel_file):
    file = file(root)
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def commit(root, message):
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


@pytest.fixture
def toy(toy_made, tmp_path):
    """A project under git whose series has two labs with a step each."""
    return Path(shutil.copytree(toy_made, tmp_path / "toy"))


@pytest.fixture(scope="module")
def toy_made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    root = folder / "toy"
    for file in kernel_file(root), page_file(root):
        file.parent.mkdir(parents=True)
        file.write_text("\n".join(STARTER) + "\n", "utf-8")
    (root / "README.md").write_text("A toy.\n", "utf-8")
    (root / ".gitignore").write_text("/build/\n", "utf-8")
    shop = root / PLACE
    shutil.copytree(root, folder / "edit")
    shutil.move(folder / "edit", shop)
    git(shop, "init", "-q", "-b", "series")
    commit(shop, "starter: what the series begins with")
    git(shop, "update-ref", "refs/calf/saved", "HEAD")
    for number, line in enumerate(("line 5", "line 20"), 1):
        git(shop, "commit", "-q", "--allow-empty", "-m", f"lab lab{number}")
        for file in kernel_file, page_file:
            change(shop, f"{line}\n", f"{line} of step {number}\n", file)
        commit(shop, f"mm: step {number}\n\nPasses: t{number}")
    Workshop(root).save()
    (root / "patches" / "cover-letter.md").write_text(
        "mm: step 1, mm: step 2\n", "utf-8")
    git(root, "init", "-q")
    commit(root, "all")
    return root


def head(text):
    """Expect an error that begins like this. The rest is git's message."""
    return pytest.raises(UserError, match=text)


def test_comes_off_and_goes_on(toy):
    """series: can be taken off the tree and applied again, also by git am"""
    patches = read_series(toy)
    assert [p.passes for p in patches] == [{"t1"}, {"t2"}]
    assert list(findings(toy, patches)) == []
    check_round(toy, patches)
    lay_out(toy, patches, toy / "build" / "laid")
    laid = toy / "build" / "laid"
    assert page_lines(laid) == page_lines(toy)
    git(laid, "checkout", "-q", steps_of(laid)[0])
    assert kernel_lines(laid) == page_lines(laid) == STARTER


def test_save_is_stable(toy):
    """series: edit and save leave an unchanged series as it is"""
    shop = Workshop(toy)
    assert shop.open() == []
    assert shop.save() == []
    assert git(toy, "status", "--porcelain") == b""


@pytest.mark.parametrize("file", [kernel_file, page_file])
def test_collision_is_found(toy, file):
    """series: a change to the tree that conflicts with a patch is found"""
    change(toy, "line 4\n", "line 4 changed\n", file)
    with pytest.raises(DoesNotFit, match="0001-.*does not come off"):
        check_round(toy, read_series(toy))


def test_other_change_is_the_starters(toy):
    """series: a change that conflicts with no patch belongs to the starter"""
    change(toy, "line 12\n", "line 12\nline 12 and a half\n")
    check_round(toy, read_series(toy))


@pytest.mark.parametrize("file", [kernel_file, page_file])
@pytest.mark.parametrize("old, step", [
    ("line 2\n", 0), ("line 5 of step 1\n", 1), ("line 20 of step 2\n", 2)])
def test_place(toy, old, step, file):
    """series: a committed change is placed in step {step}"""
    change(toy, old, f"changed {old}", file)
    commit(toy, "change the toy")
    changed = file(toy).read_text("utf-8")
    shop = Workshop(toy)
    assert shop.open() == [str(file(toy).relative_to(toy))]
    assert shop.place(step) == []
    shop.save()
    assert file(toy).read_text("utf-8") == changed
    check_round(toy, read_series(toy))
    laid = toy / "build" / "laid"
    lay_out(toy, read_series(toy), laid)
    for number, made in enumerate(steps_of(laid)):
        git(laid, "checkout", "-q", made)
        seen = file(laid).read_text("utf-8")
        assert ("changed" in seen) == (number >= step)


def test_place_stops_at_conflict(toy):
    """series: a change that git cannot place is left to the user"""
    change(toy, "line 5 of step 1\n", "line 5 anew\n")
    commit(toy, "change the kernel")
    shop = Workshop(toy)
    shop.open()
    assert shop.place(0) == ["kernel/mm/a.c"]
    before = git(toy, "status", "--porcelain")
    with head("in the middle of a rebase"):
        shop.save()
    with head("in the middle of a rebase"):
        shop.open()
    assert git(toy, "status", "--porcelain") == before


def test_edit_reaches_the_tree(toy):
    """series: a step that was changed with git is saved to the tree"""
    shop = Workshop(toy)
    shop.open()
    change(shop.folder, "line 20 of step 2", "line 20 done better")
    git(shop.folder, "commit", "-q", "-a", "--amend", "--no-edit")
    assert sorted(shop.save()) == [
        "kernel/mm/a.c", "patches/0002-mm-step-2.patch"]
    assert "line 20 done better" in kernel_file(toy).read_text("utf-8")
    check_round(toy, read_series(toy))


@pytest.mark.parametrize("act, said", [
    (lambda shop: change(shop.folder, "line 1\n", "x\n"), "not committed"),
    (lambda shop: shutil.rmtree(shop.folder), "make series-edit"),
    (lambda shop: change(shop.root, "line 1\n", "x\n"), "has changed in"),
    (lambda shop: git(shop.folder, "reset", "-q", "--hard", "HEAD~4"),
     "names no patch"),
    (lambda shop: git(shop.folder, "commit", "-q", "--allow-empty", "-m",
                      "fixup! mm: step 1"), "no place yet"),
    (lambda shop: ((shop.folder / "README.md").write_text("x\n", "utf-8"),
                   git(shop.folder, "commit", "-q", "-a", "-m",
                       "m\n\nPasses: t3")), "changes README.md"),
    (lambda shop: (change(shop.folder, "line 1\n", "x\n"),
                   git(shop.folder, "commit", "-q", "-a", "-m", "m")),
     "does not end with"),
    (lambda shop: (change(shop.folder, "line 1\n", "x\n"),
                   git(shop.folder, "commit", "-q", "-a", "-m", "lab lab3")),
     "\"lab lab3\" must be empty"),
    (lambda shop: git(shop.folder, "commit", "-q", "--allow-empty", "-m",
                      "lab lab3"), "lab lab3 has no patch"),
    (lambda shop: git(shop.folder, "commit", "-q", "--allow-empty", "-m",
                      "mm: nothing"), "must change something"),
], ids=["dirty", "none", "tree", "empty", "fixup", "outside", "passes",
        "full mark", "empty lab", "empty step"])
def test_save_refuses(toy, act, said):
    """series: save refuses a bad state: {said}"""
    shop = Workshop(toy)
    shop.open()
    act(shop)
    before = git(toy, "status", "--porcelain"), kernel_lines(toy)
    with head(said):
        shop.save()
    assert before == (git(toy, "status", "--porcelain"), kernel_lines(toy))


def test_edit_keeps_unsaved_work(toy):
    """series: edit does not overwrite work that is not saved"""
    shop = Workshop(toy)
    shop.open()
    git(shop.folder, "commit", "-q", "--allow-empty", "-m", "work")
    with head("not saved"):
        shop.open()


def write_list(folder, *lines):
    (folder / "series").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("act, said", [
    (lambda p: (p / "0002-mm-step-2.patch").unlink(), "there is no"),
    (lambda p: write_list(p, "lab lab1", TWO), "in the place of 0001"),
    (lambda p: write_list(p, "lab lab1", ONE), f"{TWO} is not in"),
    (lambda p: write_list(p, ONE, "lab lab2", TWO), f"{ONE} is in no lab"),
    (lambda p: write_list(p, "lab lab1", "lab lab2", ONE, TWO),
     "lab lab1 has no patch"),
    (lambda p: write_list(p, "lab lab1", ONE, "lab lab1", TWO),
     "lab lab1 begins twice"),
    (lambda p: (p / "series").unlink(), "no such file"),
    (lambda p: (p / "0001-mm-step-1.patch").write_text("nothing\n", "utf-8"),
     "0001-mm-step-1.patch: "),
    (lambda p: shutil.copy(p / "0001-mm-step-1.patch",
                           p / "0002-mm-step-2.patch"), "does not come off"),
], ids=["missing", "order", "extra", "no lab", "empty lab", "two labs",
        "no list", "no patch", "twice"])
def test_bad_series(toy, act, said):
    """series: a bad series is refused in one line: {said}"""
    act(toy / "patches")
    with head(said) as caught:
        check_round(toy, read_series(toy))
    assert "\n" not in str(caught.value)


def test_pages_do_not_count(toy):
    """series: only changed lines of code count for the length of a patch"""
    assert [patch.lines for patch in read_series(toy)] == [2, 2]
    assert all("docs/a.md" in patch.files for patch in read_series(toy))


def test_new_page(toy):
    """series: a page that a step adds comes off with it"""
    shop = Workshop(toy)
    shop.open()
    (shop.folder / "docs" / "b.md").write_text("New.\n", "utf-8")
    git(shop.folder, "add", "-A")
    git(shop.folder, "commit", "-q", "--amend", "--no-edit")
    assert "docs/b.md" in shop.save()
    lay_out(toy, read_series(toy), toy / "build" / "laid")
    git(toy / "build" / "laid", "checkout", "-q", "HEAD~")
    assert not (toy / "build" / "laid" / "docs" / "b.md").exists()


def test_page_left_out(toy):
    """series: a patch to a page that hand-outs do not contain is found"""
    lab = SimpleNamespace(name="lab2", takes=lambda path: path != "docs/a.md")
    assert [*pages_left_out(read_series(toy), [lab])] == [
        f"patches/{TWO}:1: changes docs/a.md, which hand-outs of lab2 do not "
        "have"]
    lab.takes = lambda path: True
    assert not [*pages_left_out(read_series(toy), [lab])]


def test_labs(toy):
    """series: each lab is a stretch of the patches"""
    patches = read_series(toy)
    assert labs_in(patches) == ["lab1", "lab2"]
    assert [p.number for p in from_lab(patches, "lab1")] == [1, 2]
    assert [p.number for p in after_lab(patches, "lab1")] == [2]
    assert after_lab(patches, "lab2") == []
    with head("lab lab3 has no patches"):
        from_lab(patches, "lab3")
    made = toy / "build" / "finished"
    made.mkdir()
    copy_finished(toy, made, "lab1")
    assert kernel_lines(made)[5] == page_lines(made)[5] == "line 5 of step 1"
    assert kernel_lines(made)[20] == page_lines(made)[20] == "line 20"


def test_findings(toy):
    """series: a patch too long, out of place, or undocumented is found"""
    file = toy / "patches" / "0001-mm-step-1.patch"
    text = file.read_text("utf-8").replace("kernel/mm/a.c", "user/mm/a.c")
    added = "".join(f"+line {n}\n" for n in range(200))
    file.write_text(text.replace("@@ -3,7 +3,7 @@", "@@ -3,7 +3,207 @@")
                    .replace("+line 5 of", f"{added}+line 5 of"), "utf-8")
    (toy / "patches" / "cover-letter.md").write_text("mm: step 2\n", "utf-8")
    found = " ".join(findings(toy, read_series(toy)))
    assert "touches user/mm/a.c" in found
    assert "202 changed lines" in found
    assert "does not mention \"mm: step 1\"" in found


def outcome(green, red):
    return Outcome(tests={**{t: "" for t in green.split()},
                          **{t: "why" for t in red.split()}})


@pytest.mark.parametrize("before, after, said", [
    (("a", "t1"), ("a t1", ""), ""),
    (("a", "t1 b"), ("a t1 b", ""), "does not name b"),
    (("a", "t1"), ("a", "t1"), "does not turn green"),
    (("a", "t1"), ("t1", "a"), "breaks a: why"),
    (("a", "t1 x.t[1]"), ("a t1 x.t[1]", ""), "does not name x.t"),
], ids=["right", "more", "less", "broken", "other"])
def test_judge(toy, before, after, said):
    """series: a step turns the tests green that it names, and breaks none"""
    patch = read_series(toy)[0]
    found = list(judge(patch, outcome(*before), outcome(*after)))
    assert len(found) == (1 if said else 0)
    assert said in " ".join(found)


def test_judge_later(toy):
    """series: a test may be green by chance before the step that names it"""
    patch = read_series(toy)[0]
    steps = outcome("a b", "t1"), outcome("t1 b", "a")
    assert list(judge(patch, *steps, later={"a"})) == []
    assert len(list(judge(patch, *steps, later={"b"}))) == 1


def test_too_early(toy):
    """series: FAST=1 runs a test from the step before the one that names it"""
    patches = read_series(toy)
    assert [too_early(patches, step) for step in range(3)] == [
        {"t2"}, set(), set()]
    assert Outcome(tests={"t1": "why", "t2": TOO_EARLY}).untried == {"t2"}


def test_judge_untried(toy):
    """series: a test that did not run before may be named or not"""
    patch = read_series(toy)[0]
    before = Outcome(tests={"t1": NOTHING_SHARED, "b": NOTHING_SHARED})
    assert list(judge(patch, before, outcome("t1 b", ""))) == []


def test_table(toy, monkeypatch, capsys):
    """series: the table has the score of each step and starter in its lab"""
    greens = ("", "t1", "t1 t2")
    made = [Outcome(
        tests={"t1": "" if "t1" in green else "why",
               "t2": "" if "t2" in green else "why"},
        scores={"lab1": f"{step}/1", "lab2": f"{step}/2"})
        for step, green in enumerate(greens)]
    monkeypatch.setattr(check_steps, "outcomes_in_order", lambda *_: made)
    monkeypatch.setattr(check_steps, "Memory", Mock())
    assert run_series(toy, fast=False) == 0
    rows = capsys.readouterr().out.splitlines()[1:-1]
    assert [" ".join(row.split()) for row in rows] == [
        "0 0/2 0/1 starter of lab lab1", "1 2 1/2 1 1/1 mm: step 1",
        "1 1/2 1/2 starter of lab lab2", "2 2 2/2 1 2/2 mm: step 2"]


@pytest.mark.parametrize("told, scores, problems", [
    ("is 200,", "200 199 20", "011"), ("may be 7,", "7", "1")])
def test_judge_starter(toy, told, scores, problems):
    """series: a README must tell the score of its starter: {told}"""
    readme = toy / "grade" / "labs" / "lab1" / "files" / "README.md"
    readme.parent.mkdir(parents=True)
    readme.write_text(f"At the beginning it {told} for now.\n", "utf-8")
    for score, problem in zip(scores.split(), problems):
        made = Outcome(scores={"lab1": f"{score}/1000", "lab2": "7/1000"})
        assert len(list(judge_starter(toy, "lab1", made))) == int(problem)
        assert list(judge_starter(toy, "lab2", made)) == []
    assert list(judge_starter(toy, "lab1", Outcome())) == []


def test_command_line():
    """series: misuse gives one line and status 2"""
    done = subprocess.run(
        [sys.executable, "-m", "grade.series", "place"], cwd=ROOT,
        env={**os.environ, "STEP": "x"}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8")
    assert done.returncode == 2
    assert done.stdout.startswith("series: ")
    assert done.stdout.count("\n") == 1
