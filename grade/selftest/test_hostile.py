"""grade/selftest/test_hostile.py: hostile kernels get no points and do no
harm.

Each is a whole run. `make test` tries the quick ones, and only `make test
TESTS=hostile` the others.
"""

import os
import re
import subprocess
import sys

import pytest

from grade.machine.host import sandbox, text
from grade.machine.host.build import ROOT
from grade.machine.host.limits import factor, limit
from grade.score.session import STRANGER, VERBOSE
from grade.score import results
from grade.trials.hostile import (
    AT_BUILD, AT_RUN, CHEATS, FIRST, LAB, Hostile, lay_out, lay_out_cheat)

ALL = "hostile" in os.environ.get("TESTS", "")
KERNELS = [h for h in AT_BUILD + AT_RUN if ALL or h.quick]
RUN_SECONDS = 400
# Variables of this run that a run within it must not see.
NOT_PASSED_ON = (STRANGER, VERBOSE, sandbox.VARIABLE, "PYTEST_XDIST_WORKER",
                 "GROUP", "QUICK", "SANDBOX", "REPORT", "OUT")
LINE = re.compile(r"^(\S.*?) \.+ ([\d.]+)/[\d.]+$", re.MULTILINE)


def group(name):
    return pytest.mark.xdist_group(f"hostile-{name}")


def listing(folder):
    """Everything that can be seen of a folder's contents."""
    return {str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns,
                        path.lstat().st_size)
            for path in sorted(folder.rglob("*"))
            if not {"build", "__pycache__", ".git"} & set(path.parts)}


def grade(path, out, **settings):
    """`make grade TREE=path` in a process of its own."""
    env = {k: v for k, v in os.environ.items() if k not in NOT_PASSED_ON}
    env.update({"TREE": str(path), "LAB": LAB, "WORKERS": "1",
                "CALF_GRADE_OUT": str(out), **settings})
    return subprocess.run(
        [sys.executable, "-m", "grade"], cwd=ROOT, env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=RUN_SECONDS * factor(),
        encoding="utf-8", errors="surrogateescape")


@group("none")
@pytest.mark.parametrize("what", ["missing", "empty", "file", "no kernel"])
def test_no_tree(tmp_path, what):
    """hostile: an invalid TREE is refused in one line, with status 2:
    {what}"""
    path = tmp_path / "theirs" / "it"
    path.parent.mkdir()
    if what == "file":
        path.write_bytes(b"\x1f\x8b no archive \x1b[2J")
    elif what != "missing":
        path.mkdir()
        (path / ("user" if what == "no kernel" else "kernel")).mkdir()
    before = listing(path.parent)
    done = grade(path, tmp_path / "out")
    assert done.returncode == 2 and len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("grade: TREE=")
    assert listing(path.parent) == before


@pytest.fixture
def canary(tmp_path):
    """A folder that nobody may change or read."""
    (tmp_path / "canary").mkdir()
    (tmp_path / "canary" / "secret.h").write_text(
        "int canary_says = 4711;\n", "utf-8")
    return tmp_path / "canary"


def run_hostile(hostile, canary):
    """Grade the kernel, and check that nothing outside has changed. Returns
    the run."""
    theirs = canary.parent / "tree"
    theirs.mkdir()
    lay_out(hostile, theirs)
    watched = [canary, theirs, ROOT]
    before = [listing(folder) for folder in watched]
    done = grade(theirs, canary.parent / "out", TESTS=hostile.tests,
                 TIMEOUT=f"{limit(hostile.seconds):g}")
    assert [listing(folder) for folder in watched] == before
    assert "Traceback" not in done.stdout and "INTERNAL" not in done.stdout
    assert text.printable(done.stdout) == done.stdout
    return done


def passed(output):
    return {title for title, got in LINE.findall(output) if float(got) > 0}


@pytest.mark.parametrize("hostile", [
    pytest.param(h, id=h.name, marks=group(h.name)) for h in KERNELS])
def test_kernel(hostile, canary):
    """hostile kernel: {hostile.name}"""
    done = run_hostile(hostile, canary)
    assert done.returncode == 1
    assert passed(done.stdout) == hostile.passes, done.stdout
    assert hostile.says in done.stdout, done.stdout


@group("none")
def test_edits(tmp_path):
    """hostile: each kernel can be made from the project's"""
    for number, hostile in enumerate(AT_BUILD + AT_RUN):
        (tmp_path / str(number)).mkdir()
        lay_out(hostile, tmp_path / str(number))


@group("cheats")
@pytest.mark.parametrize("cheat", [
    pytest.param(c, id=c.name) for c in CHEATS if ALL or c.quick])
def test_cheat(tmp_path, cheat):
    """hostile kernel: {cheat.name}"""
    (tmp_path / "tree").mkdir()
    lay_out_cheat(cheat, tmp_path / "tree")
    grade(tmp_path / "tree", tmp_path / "out", TESTS=cheat.tests)
    found = results.read(tmp_path / "out" / results.FILE.name)
    got = {group["name"]: group["got"] for group in found["groups"]}
    for name, most in cheat.most.items():
        assert got[name] <= most, found["tests"]


@group("none")
def test_cheats_fit(tmp_path):
    """hostile: each cheat applies to the kernel that it is made from"""
    for number, cheat in enumerate(CHEATS):
        (tmp_path / str(number)).mkdir()
        lay_out_cheat(cheat, tmp_path / str(number))


@group("secret")
@pytest.mark.parametrize("name, how", [
    (FIRST, "#include"), ("kernel/a.S", ".incbin")],
    ids=["#include", ".incbin"])
def test_secret(canary, name, how):
    """hostile kernel: cannot read a file of the host: {how}"""
    done = run_hostile(Hostile(how, "", tests="test_builds", files={
        name: f'{how} "{canary}/secret.h"\n'}), canary)
    if not sandbox.has_bwrap():
        assert sandbox.NO_SANDBOX in done.stdout
        return
    assert done.returncode == 1 and passed(done.stdout) == set()
    assert "secret.h" in done.stdout and "4711" not in done.stdout


@group("scripts")
def test_scripts(canary):
    """hostile kernel: files besides its sources are not executed"""
    touch = f"touch {canary}/touched"
    python = f"import os; os.system('{touch}')\n"
    done = run_hostile(Hostile("scripts", "", seconds=30, files={
        "Makefile": f"$(shell {touch})\n",
        "kernel/Makefile": f"$(shell {touch})\n",
        "kernel/stdio.h": "#error not for mkfs\n",
        "kernel/lib/run.sh": touch,
        "grade/__init__.py": python,
        "grade/conftest.py": python,
        ".gitattributes": "* filter=x\n"}), canary)
    assert done.returncode == 0, done.stdout
