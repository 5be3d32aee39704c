"""grade/course/stranger.py: grades a stranger's tree in a copy of this one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from grade.course.intake.tree import LINES_MAX, make_scratch, read_tree
from grade.kernel.labs import handed_lab
from grade.machine.host import process
from grade.machine.host.build import (
    ROOT, BuildError, UserError, build_programs)
from grade.machine.host.text import shown
from grade.score import results
from grade.score.session import OUT, PREFIX, STRANGER

PATIENCE = 10           # seconds to write the results before the end


class TimeIsOver(Exception):
    """The time that LIMIT gives is used up."""


def grade_tree(path, out=OUT, say=print, **settings):
    """Grade the tree, or archive, at `path` as `make grade` does, with logs
    and reports in the folder `out`. Each refused file is reported to `say`, in
    a line. `settings` are added to the environment. Returns the status; raises
    UserError if there is no tree. Several calls may run at once."""
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
        lab = os.environ.get("LAB") or handed_lab() or ""
        env = {**os.environ, "LAB": lab, **settings, "TREE": str(path),
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
    """Build what the copy uses from this tree. If that fails, it is the
    grader's fault and costs no points."""
    try:
        build_programs(ROOT)
    except BuildError as error:
        last = shown(str(error).splitlines()[-1])
        raise UserError(
            f"the grader's own programs do not build: {last}") from None


def give_time(child):
    """Give the child, which has received the same signal, time to write its
    results."""
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        pass


def tell_refused(tree, path):
    """Add the refused files of the tree to the results."""
    found = results.read(path)
    found["refused"] = [
        {"name": shown(name), "why": why}
        for name, why in sorted(tree.refused.items())[:LINES_MAX]]
    results.write(found, path)
