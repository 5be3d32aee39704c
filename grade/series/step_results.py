"""grade/series/step_results.py: find out which tests pass at a step of the
series.

A step is tried in a tree below build/series, which is kept, so that make
builds only what differs from the step before. Results are stored under a hash
of all that they depend on, so that a step that has not changed is not tried
again.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from grade.kernel.outside.gate import NOTHING_SHARED
from grade.machine.host import process, sandbox
from grade.machine.host.build import ROOT, make_command
from grade.score import results
from grade.series.git import git

KEPT = Path("build") / "series" / "passed"

# The files on which the tests of a step depend.
PARTS = ("kernel", "user", "mkfs", "grade", "Makefile", "README.md")
GUEST_TEST = re.compile(r"suites\.test_guest\[\w+-(\w+)-\d+\]")


# The complaint about a test that was not run.
TOO_EARLY = "not run: a later step makes it pass"


@dataclass(frozen=True)
class Step:
    """A commit of the series, and the names of the tests not to run there."""

    commit: str
    left_out: frozenset


@dataclass
class Outcome:
    """`error` says why there are no tests. `tests` says what is wrong with
    each test, "" if nothing. Only the full form has `scores`, by lab."""

    error: str = None
    tests: dict = field(default_factory=dict)
    scores: dict = field(default_factory=dict)

    @property
    def green(self):
        return {name for name, wrong in self.tests.items() if not wrong}

    @property
    def untried(self):
        """The tests that were not run, since a later step makes them pass, or
        since fork copies everything."""
        return {name for name, wrong in self.tests.items()
                if wrong in (TOO_EARLY, NOTHING_SHARED)}


def check_out(repository, commit, tree):
    """Check the commit out into the tree, touching only files that differ."""
    if not (tree / ".git").is_dir():
        tree.mkdir(parents=True, exist_ok=True)
        git(tree, "init", "-q", "--template=")
    git(tree, "fetch", "-q", str(repository), "series")
    git(tree, "checkout", "-q", "-f", "--detach", commit)
    git(tree, "clean", "-fdq")


def try_fast(tree, left_out):
    """Build, boot, and run usertests once, without the tests left out."""
    done = run([sys.executable, "-m", "grade.series.attempt",
                *sorted(left_out)], tree)
    if done.returncode != 0:
        return Outcome(error=last_line(done))
    found = json.loads(done.stdout)
    return Outcome(found["error"], {**found["tests"],
                                    **dict.fromkeys(left_out, TOO_EARLY)})


def try_fully(tree):
    """Grade the kernel with make grade TREE=."""
    out = tree.with_name(f"{tree.name}-graded")
    shutil.rmtree(out, ignore_errors=True)
    done = run([sys.executable, "-m", "grade"], ROOT, TREE=str(tree),
               CALF_GRADE_OUT=str(out), WERROR="1")
    found = results.read(out / results.FILE.name)
    if found is None or found["error"]:
        return Outcome(error=last_line(done))
    return Outcome(None, wrong_with(found["tests"]), {
        lab["name"]: f"{lab['got']:g}/{lab['points']:g}"
        for lab in found["labs"]})


def wrong_with(graded):
    """What is wrong with each test, by name, or "" if nothing."""
    tests = {}
    for test in graded:
        name = test_name(test["id"])
        wrong = "" if test["status"] == "passed" else \
            test["message"].partition("\n")[0] or test["status"]
        tests[name] = tests.get(name) or wrong
    return tests


def test_name(test_id):
    """The name of a test as a patch gives it. A test of usertests has its own
    name, and is green if it passes with each number of harts."""
    match = GUEST_TEST.fullmatch(test_id)
    return match.group(1) if match else test_id


def is_guest_test(name):
    return "." not in name


def run(command, folder, **settings):
    _, env = make_command()
    for name in "TESTS", "LAB":
        env.pop(name, None)
    child = process.start(
        command, cwd=folder, env={**env, **settings}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        errors="replace")
    try:
        out, err = child.communicate()
    finally:
        process.stop(child)
    return subprocess.CompletedProcess(command, child.returncode, out, err)


def last_line(done):
    lines = (done.stdout + done.stderr).split("\n")
    return ([line for line in lines if line.strip()] or ["no output"])[-1]


class Memory:
    """Stores the Outcomes of steps that passed, under a hash of all that they
    depend on."""

    def __init__(self, root, form):
        self._folder = root / KEPT
        flavour = [os.environ.get(name, "") for name in ("DEBUG", "AUDIT")]
        compiler = "clang" if os.environ.get("LLVM") else \
            os.environ.get("TOOLPREFIX", "") + "gcc"
        self._form = " ".join([form, *flavour, version(compiler),
                               version(sandbox.qemu())])

    def _path(self, repository, step):
        listing = git(repository, "ls-tree", "-r", step.commit, "--", *PARTS)
        form = " ".join([self._form, *sorted(step.left_out)])
        key = hashlib.sha256(form.encode() + listing).hexdigest()
        return self._folder / f"{key}.json"

    def recall(self, repository, step):
        path = self._path(repository, step)
        if not path.is_file():
            return None
        return Outcome(**json.loads(path.read_text("utf-8")))

    def keep(self, repository, step, outcome):
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(repository, step)
        part = path.with_suffix(".new")
        part.write_text(json.dumps(vars(outcome)), "utf-8")
        part.replace(path)


def version(tool):
    """The version that the tool prints."""
    return subprocess.run(
        [tool, "--version"], stdout=subprocess.PIPE, encoding="utf-8",
        errors="replace", check=True).stdout
