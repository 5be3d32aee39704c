"""grade/mutants/trial.py: grades one kernel in a copy of the project."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grade import process
from grade.config import ROOT
from grade.limits import limit

FOLDER = ROOT / "build" / "mutants"
NOT_COPIED = (".git", ".cache", "__pycache__")
DECIDES = ("kernel", "user", "mkfs", "grade")   # what a result depends on
NOT_DECIDES = (".patch", ".pyc", ".md")
SECONDS = 600           # a whole grade


@dataclass
class Trial:
    """What grading a kernel gave. `lost` are the points lost, by group;
    `tests` the ids of the tests that did not pass. `problem` says why there
    is no result."""

    key: str
    lost: dict = field(default_factory=dict)
    tests: list = field(default_factory=list)
    seconds: float = 0
    problem: str = ""


def content_key():
    """A hash of everything that a result depends on but the mutant."""
    digest = hashlib.sha256((ROOT / "Makefile").read_bytes())
    for folder in DECIDES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix not in NOT_DECIDES:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(content, diff, groups):
    words = "\0".join([content, diff, *groups])
    return hashlib.sha256(words.encode()).hexdigest()


def known(name, key):
    """The result of an earlier run, if nothing has changed since."""
    try:
        found = json.loads((FOLDER / name / "result.json").read_text())
        return Trial(**found) if found["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run(name, key, diff, groups):
    """Grade this project's kernel with the diff applied, by the tests of
    those groups. The result is kept."""
    here = FOLDER / name
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    trial = Trial(key)
    start = time.monotonic()
    copy_project(here / "tree")
    trial.problem = apply(diff, here / "tree") if diff else ""
    if not trial.problem:
        grade(here, groups, trial)
    trial.seconds = round(time.monotonic() - start, 1)
    shutil.rmtree(here / "tree", ignore_errors=True)
    if not trial.problem:
        (here / "part").write_text(json.dumps(asdict(trial)))
        (here / "part").rename(here / "result.json")
    return trial


def copy_project(folder):
    """With what is built, so that only what the mutant changes is built
    again."""

    def left_out(path, names):
        ours = ("grade", "mutants") if Path(path) == ROOT / "build" else ()
        return [name for name in names if name in (*NOT_COPIED, *ours)]

    shutil.copytree(ROOT, folder, symlinks=True, ignore=left_out)


def apply(diff, tree):
    """Returns what is wrong, in a line."""
    done = subprocess.run(["git", "apply", "-"], cwd=tree, input=diff,
                          capture_output=True, encoding="utf-8",
                          env={**os.environ, "GIT_DIR": os.devnull})
    if done.returncode == 0:
        return ""
    return "it does not apply: " + (done.stderr.strip() or "?").split("\n")[0]


def grade(here, groups, trial):
    tree = here / "tree"
    env = {**os.environ, "GROUP": " ".join(groups), "WORKERS": "1"}
    env.pop("TESTS", None)
    with open(here / "log", "wb") as log:
        child = process.start(
            ["nice", sys.executable, "-m", "grade"], cwd=tree, env=env,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            child.wait(limit(SECONDS))
        except subprocess.TimeoutExpired:
            trial.problem = "the grader came to no end"
        finally:
            process.stop(child)
    if not trial.problem:
        read_results(tree / "build" / "grade" / "results.json", trial)
    if trial.problem:
        trial.problem += f", see {(here / 'log').relative_to(ROOT)}"


def read_results(path, trial):
    try:
        tests = json.loads(path.read_text())["tests"]
    except (OSError, ValueError, KeyError):
        trial.problem = "the grader left no results"
        return
    for test in tests:
        if test["id"] == "build.test_builds" and test["status"] != "passed":
            trial.problem = "it does not build"
        if test["got"] < test["points"]:
            lost = trial.lost.get(test["group"], 0)
            trial.lost[test["group"]] = round(
                lost + test["points"] - test["got"], 1)
            trial.tests.append(test["id"])
