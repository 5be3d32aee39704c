"""grade/tools/lint/python_files.py: report what pyflakes finds in the Python
files, and what other versions of Python or its packages lack."""

import ast
import subprocess
import sys

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files

OLDEST = (3, 9)         # as in grade/tools


def check_python():
    done = subprocess.run(
        [sys.executable, "-m", "pyflakes", *files(".py")], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace")
    yield from done.stdout.splitlines()


def check_old_python():
    for path in files(".py"):
        for line, why in unportable((ROOT / path).read_text("utf-8")):
            yield f"{path}:{line}: {why}"


def unportable(text):
    """The lines that the oldest supported Python cannot parse, or that import
    something private, which another version of the package may lack."""
    try:
        tree = ast.parse(text, feature_version=OLDEST)
    except SyntaxError as error:
        yield error.lineno, f"not Python {OLDEST[0]}.{OLDEST[1]}: {error.msg}"
        return
    for node in ast.walk(tree):
        for name in imported(node):
            if any(is_private(part) for part in name.split(".")):
                yield node.lineno, f"{name} is private to its package"


def imported(node):
    """The full names that a node imports, if it is an import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module or ''}.{alias.name}" for alias in node.names]
    return []


def is_private(part):
    return part.startswith("_") and not part.startswith("__")
