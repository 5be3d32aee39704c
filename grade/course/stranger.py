"""grade/course/stranger.py: grades somebody else's tree, in a copy of this
one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from grade.course.intake.tree import LINES_MAX, make_scratch, read_tree
from grade.machine.host import process
from grade.machine.host.build import (
    ROOT, BuildError, UserError, build_programs)
from grade.machine.host.text import shown
from grade.score import results
from grade.score.session import OUT, PREFIX, STRANGER

PATIENCE = 10           # seconds to write down results, once told to end


class TimeIsOver(Exception):
    """The time that LIMIT gives is used up."""


def grade_tree(path, out=OUT, say=print, **settings):
    """Grade the tree, or archive, at `path` as `make grade` does, with its
    logs and reports in the folder `out`. What is not taken goes to `say`, a
    line each. `settings` are more for the environment. Returns the status;
    raises UserError when there is no tree. Several may run at once."""
    out = Path(out).resolve()
    results.write(results.unfinished(), out / results.FILE.name)
    tree = read_tree(path)
    for line in tree.refused_lines():
        say(line)
    build_ours()
    with tempfile.TemporaryDirectory(
            prefix=f"{PREFIX}{os.getpid()}-") as scratch:
        copy = Path(scratch) / "tree"
        make_scratch(tree, copy)
        env = {**os.environ, **settings, "TREE": str(path),
               STRANGER: str(ROOT), "CALF_GRADE_OUT": str(out)}
        child = process.start([sys.executable, "-m", "grade"], cwd=copy,
                              env=env)
        try:
            return child.wait()
        except TimeIsOver:
            process.kill(child)
            raise
        except KeyboardInterrupt:
            give_time(child)
            raise
        finally:
            process.stop(child, patience=PATIENCE)
            tell_refused(tree, out / results.FILE.name)


def build_ours():
    """Build what the copy takes from here. When that fails it is nobody's
    fault but ours, and costs no points."""
    try:
        build_programs(ROOT)
    except BuildError as error:
        last = shown(str(error).splitlines()[-1])
        raise UserError(
            f"the grader's own programs do not build: {last}") from None


def give_time(child):
    """It has got the same signal, and writes down what it has."""
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        pass


def tell_refused(tree, path):
    """Add to the results what was not taken of the tree."""
    found = results.read(path)
    found["refused"] = [
        {"name": shown(name), "why": why}
        for name, why in sorted(tree.refused.items())[:LINES_MAX]]
    results.write(found, path)
