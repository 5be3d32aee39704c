"""grade/foreign.py: grades somebody else's tree, in a copy of this one."""

import os
import sys
import tempfile
from pathlib import Path

from grade import process
from grade.session import OUT, PREFIX
from grade.tree import make_scratch, read_tree

STRANGER = "CALF_STRANGER"      # set for the grader in the copy


def grade_tree(path, out=OUT, say=print, **settings):
    """Grade the tree, or archive, at `path` as `make grade` does, with its
    logs and reports in the folder `out`. What is not taken goes to `say`, a
    line each. `settings` are more for the environment. Returns the status;
    raises UserError when there is no tree. Several may run at once."""
    tree = read_tree(path)
    for line in tree.refused_lines():
        say(line)
    with tempfile.TemporaryDirectory(
            prefix=f"{PREFIX}{os.getpid()}-") as scratch:
        copy = Path(scratch) / "tree"
        make_scratch(tree, copy)
        env = {**os.environ, **settings, "TREE": str(path), STRANGER: "1",
               "CALF_GRADE_OUT": str(Path(out).resolve())}
        child = process.start([sys.executable, "-m", "grade"], cwd=copy,
                              env=env)
        try:
            return child.wait()
        finally:
            process.stop(child, patience=10)
