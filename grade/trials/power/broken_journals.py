"""grade/trials/power/broken_journals.py: build kernels whose journal is broken
on purpose."""

import json
import shutil
from pathlib import Path

from grade.machine.host import sandbox
from grade.machine.host.build import ROOT, BuildError, make_command
from grade.series.git import git
from grade.series.patches import after_lab, read_series
from grade.series.stack import take_off
from grade.trials.described_patch import Described, read_patches

FOLDER = Path(__file__).parent / "broken"
# The sources of the kernel, and the objects that have been built already.
NEEDED = ("kernel", "docs", "grade/tools", "build/kernel")


class Broken(Described):
    needed = ("Why",)


def read_broken():
    return read_patches(FOLDER, Broken)


def build_broken(config, patch, folder):
    """Build the finished kernel of the patch's lab, with the patch, in that
    folder. Returns its path."""
    tree = Path(folder) / "tree"
    for name in NEEDED:
        shutil.copytree(ROOT / name, tree / name)
    for path in [ROOT / "Makefile", *(ROOT / "build").glob("k*")]:
        if path.is_file():
            shutil.copy2(path, tree / path.relative_to(ROOT))
    take_off(tree, after_lab(read_series(ROOT), patch.lab))
    git(tree, "apply", "-", data=patch.diff.encode())
    status, text = sandbox.run_plainly(
        *make_command("-s", "kernel-config"), tree)
    if status != 0:
        raise BuildError(text.strip())
    values = json.loads((tree / text.splitlines()[-1]).read_text("utf-8"))
    return tree / values["kernel"]
