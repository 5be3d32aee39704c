"""grade/test_host.py: habits of other machines: locales, names of files, line
ends."""

import ast
import os
import subprocess
import sys

import pytest

from grade.config import ROOT
from grade.limits import limit
from grade.lint.encodings import nameless

pytestmark = pytest.mark.xdist_group("host")

# The poorest locale that there is: what is not ASCII cannot be encoded.
ASCII_ONLY = {"LC_ALL": "POSIX", "PYTHONUTF8": "0",
              "PYTHONCOERCECLOCALE": "0"}


def run_module(calf, module, *words, **settings):
    """A module of grade/, on the session's build."""
    env = {**os.environ, "TIMEOUT": f"{limit(60):g}", **settings}
    path = calf.folder / "plain" / "config.json"
    return subprocess.run(
        [sys.executable, "-m", module, "--config", str(path), *words],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True)


def test_commands_in_ascii_locale(calf):
    """host: commands reach the guest byte by byte in a locale without them"""
    done = run_module(calf, "grade.run", "run", CMD="echo gr\u00fcn",
                      **ASCII_ONLY)
    assert (done.stdout, done.stderr) == ("gr\u00fcn\n".encode(), b"")


def test_view_in_ascii_locale(calf, tmp_path):
    """host: make view writes UTF-8 in a locale without it"""
    out = tmp_path / "gr\u00fcn.html"
    done = run_module(calf, "grade.view", CMD="echo gr\u00fcn", OUT=str(out),
                      **ASCII_ONLY)
    assert done.returncode == 0, done.stderr
    assert "gr\u00fcn" in out.read_text("utf-8")


@pytest.mark.parametrize("code, found", [
    ("open(p)", True), ("open(p, 'rb')", False),
    ("open(p, encoding='utf-8')", False), ("p.open('a')", True),
    ("os.open(p, flags)", False), ("p.read_text()", True),
    ("p.read_text('utf-8')", False), ("p.write_text(t)", True),
    ("run(c, text=True)", True), ("run(c, stdout=PIPE)", False)])
def test_nameless_encoding(code, found):
    """host: lint sees text without a named encoding"""
    assert bool(nameless(ast.parse(code))) == found
