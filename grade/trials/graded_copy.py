"""grade/trials/graded_copy.py: grade one kernel in a copy of the project."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grade.machine.host import process
from grade.machine.host.build import ROOT, UserError
from grade.machine.host.limits import limit
from grade.series.git import GitError, git
from grade.series.patches import after_lab, from_lab, read_series
from grade.series.stack import take_off

NOT_COPIED = (".git", ".cache", "__pycache__")
OUTPUT = ("grade", "mutants", "variants", "generated", "series",
          "ccache")                             # of build/
FLAVOUR = ("LLVM", "DEBUG", "AUDIT", "TOOLPREFIX", "QEMU")
SECONDS = 900           # for a whole grade, which ends itself earlier


@dataclass(frozen=True)
class Kernel:
    """A kernel to be graded by the tests of `groups`: the finished one of that
    lab, or its starter, with the diff applied. `judge` takes the points lost,
    by group, and returns the result in a word, and whether it is right."""

    lab: str
    name: str
    diff: str
    groups: list
    judge: Callable
    starter: bool = False
    first: bool = False     # the first lost point is enough


@dataclass
class Trial:
    """The result of grading a kernel. `lost` has the points lost, by group;
    `tests` the ids of the tests that did not pass. `problem` says why there is
    no result."""

    key: str
    lost: dict = field(default_factory=dict)
    tests: list = field(default_factory=list)
    seconds: float = 0
    problem: str = ""


def key_of(content, kernel):
    series = [patch.path.read_text("utf-8") for patch in taken_off(kernel)]
    flavour = [os.environ.get(name, "") for name in FLAVOUR]
    words = "\0".join([content, kernel.diff, *kernel.groups, str(kernel.first),
                       *flavour, *series])
    return hashlib.sha256(words.encode()).hexdigest()


def taken_off(kernel):
    """The patches of the series that the kernel does not have."""
    without = from_lab if kernel.starter else after_lab
    return without(read_series(ROOT), kernel.lab)


def known(here, key):
    """The result of an earlier run, if nothing has changed since."""
    try:
        found = json.loads((here / "result.json").read_text("utf-8"))
        return Trial(**found) if found["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run(here, key, kernel):
    """Grade a kernel in a copy of the project in the folder `here`, where the
    result is kept."""
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    trial = Trial(key)
    start = time.monotonic()
    copy_project(here / "tree")
    trial.problem = change(here / "tree", kernel)
    if not trial.problem:
        grade(here, kernel, trial)
    trial.seconds = round(time.monotonic() - start, 1)
    shutil.rmtree(here / "tree", ignore_errors=True)
    if not trial.problem:
        (here / "part").write_text(json.dumps(asdict(trial)), "utf-8")
        (here / "part").rename(here / "result.json")
    return trial


def copy_project(folder):
    """Copy the project with its build, so that only what the patch changes is
    built again."""

    def left_out(path, names):
        left = OUTPUT if Path(path) == ROOT / "build" else NOT_COPIED
        return [name for name in names if name in left]

    shutil.copytree(ROOT, folder, symlinks=True, ignore=left_out)


def change(tree, kernel):
    """Put this kernel into the tree. Returns a line that says what is wrong,
    or None."""
    try:
        take_off(tree, taken_off(kernel))
        if kernel.diff:
            git(tree, "apply", "-", data=kernel.diff.encode())
    except UserError as error:
        return str(error)
    except GitError as error:
        return f"it does not apply: {error}"
    return ""


def grade(here, kernel, trial):
    tree = here / "tree"
    env = {**os.environ, "LAB": kernel.lab, "GROUP": " ".join(kernel.groups),
           "WORKERS": "1", "FIRST": "1" if kernel.first else ""}
    env.pop("TESTS", None)
    with open(here / "log", "wb") as log:
        child = process.start(
            ["nice", sys.executable, "-m", "grade"], cwd=tree, env=env,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            child.wait(limit(SECONDS))
        except subprocess.TimeoutExpired:
            trial.problem = "the grader did not finish"
        finally:
            process.stop(child)
    if not trial.problem:
        read_results(tree / "build" / "grade" / "results.json", kernel, trial)
    if trial.problem:
        trial.problem += f", see {(here / 'log').relative_to(ROOT)}"


def read_results(path, kernel, trial):
    try:
        tests = json.loads(path.read_text("utf-8"))["tests"]
    except (OSError, ValueError, KeyError):
        trial.problem = "the grader left no results"
        return
    for test in tests:
        if test["id"] == "build.test_builds" and test["status"] != "passed":
            trial.problem = "it does not build"
        if kernel.first and test["status"] == "error":
            continue
        if test["status"] != "passed" and test["points"]:
            lost = trial.lost.get(test["group"], 0)
            trial.lost[test["group"]] = round(lost + test["points"], 1)
            trial.tests.append(test["id"])
