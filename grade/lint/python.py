"""grade/lint/python.py: what pyflakes finds in the Python files."""

import subprocess
import sys

from grade.config import ROOT
from grade.lint.tree import files


def check_python():
    done = subprocess.run(
        [sys.executable, "-m", "pyflakes", *files(".py")], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace")
    yield from done.stdout.splitlines()
