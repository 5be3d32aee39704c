"""grade/tools/setup/needs.py: mark tests that need more than make grade does.

Use `@needs("git", "gdb")` or `pytestmark = needs("git")`, with names from
grade/tools/setup/packages. grade/tools/setup/goals lists what make test needs
and set-up installs. If something is still missing, such as bubblewrap on a
system that has no such package, the test is skipped and says why.
"""

import functools
import subprocess
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("probe.sh")

needs = pytest.mark.needs


@functools.lru_cache(maxsize=None)
def probe(*words):
    """The answer of probe.sh for these needs."""
    return subprocess.run(
        ["sh", PROBE, "--needs", *words], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, encoding="utf-8", errors="replace",
        cwd=PROBE.parents[3]).stdout.strip()


def skip_unless_there(item):
    words = {word for mark in item.iter_markers("needs") for word in mark.args}
    for word in sorted(words):
        found = probe(word)
        if not found.startswith("ok "):
            pytest.skip(found.partition(" ")[2])
