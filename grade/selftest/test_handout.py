"""grade/selftest/test_handout.py: hand-outs of a lab, and `make handin`."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grade.course.handout.lab import Lab
from grade.course.handout.leaks import Secrets, find_leaks
from grade.course.intake import tree
from grade.machine.host.build import ROOT, make_command
from grade.series import git as git_module, stack
from grade.series.git import GitError, commits, git, git_lines
from grade.series.patches import of_lab, read_series
from grade.tools.setup.needs import needs

pytestmark = [pytest.mark.xdist_group("handout"), needs("git")]

FAULT = "kernel/mm/fault.c"
PACKED = "build/handin-cow.tar.gz"


def make_project(folder):
    """A copy of this project, completely committed."""
    stack.copy_project(ROOT, folder)
    git(folder, "init", "--quiet")
    commit_all(folder)
    return folder


def commit_all(folder):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "all")


def python(folder, module, *words, **settings):
    """Run a module of the project in that folder."""
    unset = ("LAB", "OUT", "STEP", "FORCE", "PYTHONPATH")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    return subprocess.run(
        [sys.executable, "-m", module, *words], cwd=folder,
        env={**env, **settings}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        errors="replace")


def hand_out(project, out, **settings):
    settings = {"LAB": "cow", "OUT": str(out), **settings}
    return python(project, "grade.course.handout", **settings)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("handout") / "project")


@pytest.fixture(scope="module")
def made(project):
    """A hand-out that no test changes."""
    out = project.parent / "made"
    done = hand_out(project, out)
    assert (done.stderr, done.returncode) == ("", 0)
    return out


@pytest.fixture
def student(made, tmp_path):
    """A hand-out to work in."""
    return Path(shutil.copytree(made, tmp_path / "student"))


def files_below(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


# ---- what is handed out -----------------------------------------------------

def test_one_commit(made, project):
    """handout: one clean commit, the same each time"""
    assert len(commits(made)) == 1
    assert git_lines(made, "status", "--porcelain") == []
    assert git_lines(made, "for-each-ref", "--format=%(refname)") == [
        "refs/heads/main"]
    again = project.parent / "again"
    assert hand_out(project, again).returncode == 0
    assert commits(again) == commits(made)
    assert files_below(again / "kernel") == files_below(made / "kernel")


def test_way_to_the_end(student, tmp_path):
    """handout: git am of all patches gives the finished kernel and pages"""
    for patch in of_lab(read_series(ROOT), "cow"):
        git(student, "am", "--quiet", str(patch.path))
    stack.copy_finished(ROOT, tmp_path, "cow")
    assert files_below(student / "kernel") == files_below(tmp_path / "kernel")
    assert files_below(student / "docs") == pages_taken(tmp_path)


def pages_taken(folder):
    """The pages that a hand-out contains."""
    return {name: data for name, data in files_below(folder / "docs").items()
            if Lab("cow").takes(f"docs/{name}")}


def test_left_out(made):
    """handout: contains nothing that is only for teachers"""
    for path in ("patches", "grade/series", "grade/trials", ".ci",
                 "grade/course/handout", "grade/labs/cow/lab.ini",
                 "grade/labs/cow/files", "docs/teaching.md"):
        assert not (made / path).exists()
    command, env = make_command("-n", "handout")
    done = subprocess.run(command, cwd=made, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert b"No rule to make target" in done.stdout


@pytest.fixture(scope="module")
def reduced(project):
    """Hand-outs of the labs, each without a file of its tests."""

    @functools.lru_cache(maxsize=None)
    def copy(lab):
        folder = project.parent / lab
        assert hand_out(project, folder, LAB=lab).returncode == 0
        max(folder.glob(f"user/test/usertests/{lab}_[!s]*.c")).unlink()
        return folder

    return copy


@pytest.mark.parametrize("lab, red", [
    ("cow", "write_costs_one_frame"), ("lazy", "sbrk_allocates_nothing")])
def test_grades_the_starter(reduced, lab, red):
    """handout: {lab} builds without some tests, and says what is missing"""
    done = python(reduced(lab), "grade", TESTS=f"test_boots or {red}-1")
    assert done.returncode == 1, done.stderr
    out = done.stdout
    assert re.search(r"\nboots and runs a command \.+ (\S+)/\1\n", out), out
    assert f"\n    {red}: FAILED (" in out and " of the selected tests" in out


def test_first_failure(reduced):
    """handout: FIRST=1 says how many tests were not tried"""
    done = python(reduced("cow"), "grade", TESTS="write_costs_one_frame",
                  FIRST="1", WORKERS="1")
    assert ", FIRST=1: 1 test not tried\n" in done.stdout
    assert "xdist" not in done.stdout


def test_no_such_test(reduced):
    """handout: TESTS that names no test of the kernel is refused"""
    done = python(reduced("cow"), "grade", TESTS="test_links")
    assert "no test of the kernel" in done.stderr


SHOWN = """
from grade.tools.lint.page_links import check_links
from grade.tools.lint.shown_commands import check_commands
from grade.tools.lint.shown_names import check_names
print(*check_links(), *check_commands(), *check_names(), sep="\\n", end="")
"""


def test_each_step(project, tmp_path):
    """handout: the pages of STEP=n are the tree's without patches n and on"""
    patches = read_series(ROOT)
    for step in range(1, len(of_lab(patches, "cow")) + 1):
        out = tmp_path / str(step)
        assert hand_out(project, out, STEP=str(step)).returncode == 0
        found = files_below(out / "docs")
        given = found.pop("given.md", b"").decode()
        with stack.scratch_folder() as folder:
            stack.copy_parts(ROOT, folder)
            stack.take_off(folder, patches[step - 1:])
            assert files_below(out / "kernel") == files_below(
                folder / "kernel") and found == pages_taken(folder)
        assert [patch for patch in patches if patch.subject in given] == \
            patches[:step - 1]
        readme = (out / "README.md").read_text("utf-8")
        assert ("(docs/given.md)" in readme) == bool(given)
        done = subprocess.run([sys.executable, "-c", SHOWN], cwd=out,
                              capture_output=True, encoding="utf-8")
        assert done.stderr == ""
        assert not [line for line in done.stdout.splitlines()
                    if step == 1 or not line.startswith("docs/cow.md:")], step


# ---- leaks ------------------------------------------------------------------

@pytest.fixture(scope="module")
def secrets(made):
    with stack.scratch_folder() as folder:
        stack.copy_finished(ROOT, folder, "cow")
        return Secrets(folder / "kernel", made / "kernel", Lab("cow").given)


def test_secrets(secrets):
    """handout: names and lines of the solution are known"""
    assert len(secrets.names) > 20 and len(secrets.lines) > 100
    assert "PTE_COW" not in secrets.names


@pytest.mark.parametrize("path, text", [
    ("docs/trap.md", "Then frame_put() gives it back.\n"),
    ("user/lib/mem.c", "/* as cow_break does */\n"),
    ("grade/tools/setup/note", "see debug/audit.c\n"),
    ("docs/frame_put.md", "# Nothing\n"),
    ("docs/proc.md", "first take\naway, then *pte = pte_to_x\n"),
], ids=["page", "comment", "file", "name", "line"])
def test_planted_leak(project, tmp_path, secrets, path, text):
    """handout: refuses a hand-out with the solution in it: {path}"""
    if path == "docs/proc.md":
        longest = max(secrets.lines, key=lambda x: (len(x.split()), x))
        text = longest.replace(" ", "\n", 3) + "\n"
    copy = Path(shutil.copytree(project, tmp_path / "project"))
    with open(copy / path, "a", encoding="utf-8") as file:
        file.write(text)
    commit_all(copy)
    done = hand_out(copy, tmp_path / "out")
    assert done.returncode == 1
    assert f"\n{path}:" in done.stderr
    assert not (tmp_path / "out").exists()


def test_leak_in_git(student, secrets):
    """handout: finds the solution in an object that git keeps"""
    assert list(find_leaks(secrets, student)) == []
    git(student, "hash-object", "-w", "--stdin", data=b"frame_put(x)\n")
    found = list(find_leaks(secrets, student))
    assert len(found) == 1 and found[0].startswith("git blob ")


# ---- what cannot be done ----------------------------------------------------

@pytest.mark.parametrize("setting, value, words", [
    ("LAB", "", "LAB="), ("LAB", "nosuch", "no such lab"),
    ("LAB", "../labs/cow", "no such lab"), ("OUT", "", "OUT="),
    ("OUT", "docs", "exists"), ("OUT", "no/such/folder", "not a folder"),
    ("STEP", "0", "from 1 to"), ("STEP", "99", "from 1 to"),
    ("STEP", "two", "from 1 to")])
def test_bad_input(project, tmp_path, setting, value, words):
    """handout: a bad setting is refused in one line: {setting}={value}"""
    out = tmp_path / "new" / "out"
    out.parent.mkdir()
    settings = {"LAB": "cow", "OUT": str(out), setting: value}
    done = python(project, "grade.course.handout", **settings)
    assert done.returncode == 2 and done.stdout == ""
    assert words in done.stderr and done.stderr.count("\n") == 1
    assert not any(out.parent.iterdir())


def test_dirty_tree(project, tmp_path):
    """handout: refuses to leave out changes that are not committed"""
    copy = Path(shutil.copytree(project, tmp_path / "project"))
    (copy / "docs/new.md").write_text("# New\n", "utf-8")
    done = hand_out(copy, tmp_path / "out")
    assert done.stderr == "handout: commit or remove first: docs/new.md\n"
    assert done.returncode == 2 and not (tmp_path / "out").exists()


def test_other_owner(project, tmp_path, monkeypatch):
    """handout: prints git's advice in another owner's clone, and it helps"""
    environment = git_module.environment
    monkeypatch.setattr(
        git_module, "environment", lambda folder: {
            **environment(folder), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    monkeypatch.setenv("HOME", str(tmp_path))
    git_module.trusted.cache_clear()
    with pytest.raises(GitError, match="; to allow it: git config --global "
                       f"--add safe.directory {project}"):
        git(project, "status")
    (tmp_path / ".gitconfig").write_text(
        f"[safe]\n\tdirectory = {project}\n", "utf-8")
    git_module.trusted.cache_clear()
    assert b"nothing to commit" in git(project, "status")
    git_module.trusted.cache_clear()


@pytest.mark.parametrize("path, text, words", [
    ("docs/trap.md", "\nSee [there](series.md).\n", "series.md: no such"),
    ("docs/trap.md", "\nIn `patches/series`.\n", "patches/series, which is"),
    ("grade/labs/cow/lab.ini", None, "no file matches docs/nosuch.md"),
    ("docs/mm.md", None, "does not come off"),
    ("grade/machine/run.py", "from grade.series import git\n",
     "grade.series.git,"),
], ids=["link", "path", "pattern", "hunk", "import"])
def test_left_over(project, tmp_path, path, text, words):
    """handout: refused in one line: {words}"""
    copy = Path(shutil.copytree(project, tmp_path / "project"))
    old = (copy / path).read_text("utf-8")
    (copy / path).write_text(
        old + text if text else
        old.replace("[left out]\n", "[left out]\ndocs/nosuch.md\n") if
        path.endswith(".ini") else old.replace("frame_get", "frame_got"),
        "utf-8")
    commit_all(copy)
    done = hand_out(copy, tmp_path / "out")
    assert done.returncode == 2 and words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


# ---- hand-ins ---------------------------------------------------------------

def test_handin(student):
    """handin: packs the kernel's sources, and lists what was changed"""
    shutil.rmtree(student / ".git")
    with open(student / FAULT, "a", encoding="utf-8") as file:
        file.write("\n")
    (student / "kernel/mm/own.h").write_text("#pragma once\n", "utf-8")
    (student / "kernel/mm/notes.txt").write_text("mine\n", "utf-8")
    (student / "docs/trap.md").unlink()
    done = python(student, "grade.course.handin")
    assert (done.stderr, done.returncode) == ("", 0)
    for line in ("changed  kernel/mm/fault.c", "new      kernel/mm/own.h",
                 "new      kernel/mm/notes.txt", "removed  docs/trap.md"):
        assert f"\n  {line}\n" in f"\n{done.stdout}"
    packed = tree.read_tree(student / PACKED)
    assert packed.taken == tree.read_folder(student).taken
    assert packed.refused == {}
    sum_ = hashlib.sha256((student / PACKED).read_bytes()).hexdigest()
    assert done.stdout.endswith(f"sha256 {sum_}\n")


def spoil_build(student):
    (student / FAULT).write_text("int x = y;\n", "utf-8")


def spoil_size(student):
    (student / FAULT).write_bytes(b"/* " + b"x" * tree.FILE_MAX + b" */\n")


def spoil_link(student):
    (student / FAULT).rename(student / "fault.c")
    (student / FAULT).symlink_to(student / "fault.c")


def spoil_abi(student):
    (student / "kernel/abi/limits.h").write_text("#pragma once\n", "utf-8")


def spoil_makefile(student):
    (student / "Makefile").write_text("all:\n", "utf-8")


@pytest.mark.parametrize("spoil, words", [
    (spoil_build, "does not build"), (spoil_size, "at most"),
    (spoil_link, "a link"), (spoil_abi, "kernel/abi/limits.h: changed"),
    (spoil_makefile, "Makefile: changed")],
    ids=["build", "size", "link", "abi", "makefile"])
def test_refused(student, spoil, words):
    """handin: refuses a tree that cannot be graded: {words}"""
    spoil(student)
    done = python(student, "grade.course.handin")
    assert (done.stdout, done.returncode) == ("", 2)
    assert words in done.stderr
    assert not (student / PACKED).exists()


def test_first_error(student):
    """handin: prints the first error, and how to hand in anyway"""
    spoil_build(student)
    done = python(student, "grade.course.handin")
    head, error, source, mark, advice = done.stderr.splitlines()
    assert head == "handin: it does not build:"
    assert error.startswith(f"{FAULT}:1:9: error: ")
    assert source.endswith("int x = y;") and mark.strip(" |") == "^"
    assert advice.endswith("make handin FORCE=1")


def test_force(student):
    """handin: with FORCE=1 packs a kernel that does not build, and warns"""
    spoil_build(student)
    done = python(student, "grade.course.handin", FORCE="1")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.startswith("Warning: it does not build:\n"
                                  f"{FAULT}:1:9: error: ")
    assert (student / PACKED).exists()


def test_broken_build(student):
    """handout: a failed build is reported, whatever TESTS selects"""
    spoil_build(student)
    done = python(student, "grade", TESTS="write_costs_one_frame")
    assert done.returncode == 1, done.stderr
    assert f"{FAULT}:1:9: error:" in done.stdout


def test_no_handout(project):
    """handin: refuses a tree that is not a hand-out"""
    done = python(project, "grade.course.handin")
    assert (done.stderr, done.returncode) == (
        "handin: this is not a hand-out of a lab: nothing to hand in\n", 2)
