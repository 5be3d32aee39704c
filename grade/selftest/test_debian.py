"""grade/selftest/test_debian.py: `make test DEBIAN=` refuses bad settings."""

import os
import subprocess
import sys

import pytest

from grade.machine.host.build import ROOT

pytestmark = pytest.mark.xdist_group("debian")


@pytest.mark.parametrize("settings, words", [
    ({"DEBIAN": "../sid"}, "the name of a release"),
    ({"FROM": "nowhere"}, "FROM=nowhere: must be one of clone archive work"),
    ({"LOCALE": "de; rm"}, "a locale such as de_DE.UTF-8"),
    ({"BASE": "/nosuch"}, "no Debian in it")])
def test_bad_setting(settings, words):
    """debian: a bad setting is refused in one line: {settings}"""
    done = subprocess.run(
        [sys.executable, "-m", "grade.tools.debian"], cwd=ROOT,
        env={**os.environ, "DEBIAN": "sid", **settings},
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    assert (done.stdout, done.returncode) == ("", 2)
    assert words in done.stderr and done.stderr.count("\n") == 1
