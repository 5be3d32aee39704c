"""grade/selftest/test_later_lab.py: a later lab changes nothing for an earlier
one, tried in a copy of the project with one lab more.

Its only patch adds a comment to each statement of a file, so that no patch of
an earlier lab applies to that file any more.
"""

import os
import shutil
import subprocess
import sys

import pytest

from grade.machine.host.build import ROOT
from grade.series import stack
from grade.series.git import PATCH_FORM, git
from grade.series.patches import FOLDER, LIST, from_lab, read_series
from grade.tools.setup.needs import needs

pytestmark = [pytest.mark.xdist_group("later"), needs("git")]

CHANGED = "kernel/mm/fault.c"
MARK = "/* later */"
LAB = "later"
SETTINGS = ("LAB", "OUT", "STEP")
POINTS = """\
earlier build 1000
1 build build.* quick
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project with lab `later`, committed."""
    folder = tmp_path_factory.mktemp("later") / "project"
    stack.copy_project(ROOT, folder)
    labs = folder / "grade" / "labs"
    shutil.copytree(labs / "cow", labs / LAB)
    (labs / LAB / "points").write_text(POINTS, "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "all")
    path = folder / CHANGED
    path.write_text("".join(
        f"{line} {MARK}\n" if line.endswith(";") else f"{line}\n"
        for line in path.read_text("utf-8").splitlines()), "utf-8")
    git(folder, "commit", "--quiet", "-a", "-m",
        "mm: comment\n\nPasses: no test that failed before")
    number = len(read_series(ROOT)) + 1
    git(folder, "format-patch", "--quiet", *PATCH_FORM, "-1", "-o", FOLDER,
        "--start-number", str(number))
    with open(folder / FOLDER / LIST, "a", encoding="utf-8") as file:
        file.write(f"lab {LAB}\n{number:04d}-mm-comment.patch\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "patches: add a lab")
    return folder


def python(project, *words, **settings):
    """Run Python in the project."""
    env = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=project,
        env={**env, **settings}, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8")


def run(project, script, *words):
    """The output of some Python in the project."""
    done = python(project, "-c", script, *words)
    assert done.stderr == ""
    return done.stdout


LINT = """
from grade.tools.lint.mutant_patches import check_mistakes, check_variants
print(*check_mistakes(), *check_variants(), sep="\\n", end="")
"""


def test_patches_apply(project):
    """labs: mutants and variants of a lab apply when a later lab is there"""
    assert run(project, LINT) == ""


LAY_OUT = """
import sys
from pathlib import Path
from grade.machine.host.build import ROOT
from grade.series.stack import copy_parts
from grade.trials import graded_copy, hostile
from grade.trials.mutants.__main__ import kernels as mutants
from grade.trials.variants.__main__ import kernels as variants

out = Path(sys.argv[1])
for kernel in [*mutants()[:4], *variants()[:2]]:
    copy_parts(ROOT, out / kernel.name)
    print(graded_copy.change(out / kernel.name, kernel), end="")
hostile.lay_out(hostile.AT_RUN[0], out / "hostile")
for number, cheat in enumerate(hostile.CHEATS):
    (out / f"cheat-{number}").mkdir()
    hostile.lay_out_cheat(cheat, out / f"cheat-{number}")
"""


def test_kernels(project, tmp_path):
    """labs: kernels to be graded are without the patches of later labs"""
    assert MARK in (project / CHANGED).read_text("utf-8")
    assert run(project, LAY_OUT, tmp_path) == ""
    made = sorted(path.name for path in tmp_path.iterdir())
    with_later = [name for name in made
                  if MARK in (tmp_path / name / CHANGED).read_text("utf-8")]
    assert with_later == [f"finished-{LAB}"]
    assert len(made) == 7 + 3


def hand_out(project, lab, out, **settings):
    return python(project, "-m", "grade.course.handout", LAB=lab,
                  OUT=str(out), **settings)


@pytest.mark.parametrize("lab", ["cow", LAB])
def test_handout(project, tmp_path, lab):
    """handout: the starter of lab {lab} is without its patches and later
    ones"""
    out = tmp_path / "out"
    done = hand_out(project, lab, out)
    assert (done.stderr, done.returncode) == ("", 0)
    stack.copy_parts(project, tmp_path)
    stack.take_off(tmp_path, from_lab(read_series(project), lab))
    for path in (tmp_path / "kernel").rglob("*.[chS]"):
        handed = out / path.relative_to(tmp_path)
        assert handed.read_bytes() == path.read_bytes()
    assert MARK not in (out / CHANGED).read_text("utf-8")
    assert f"lab {lab}, step" in (out / "grade/handed-out").read_text("utf-8")


def test_handout_refused(project, tmp_path):
    """handout: an unknown lab, or a step of another lab, is refused"""
    done = hand_out(project, "nosuch", tmp_path / "out")
    assert done.stderr.startswith("handout: LAB=nosuch: no such lab; there is "
                                  "cow, ")
    assert done.stderr.count("\n") == 1 and LAB in done.stderr
    done = hand_out(project, LAB, tmp_path / "out", STEP="1")
    number = read_series(project)[-1].number
    assert done.stderr == f"handout: STEP=1: must be a number from {number} " \
                          f"to {number}\n"


def test_grade_refused(project):
    """grader: an unknown LAB is refused in one line"""
    done = python(project, "-m", "grade", LAB="nosuch")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("grade: LAB=nosuch: no such lab; there is "
                                  "cow, ")
    assert done.stderr.count("\n") == 1 and LAB in done.stderr
