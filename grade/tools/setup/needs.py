"""grade/tools/setup/needs.py: marks tests that need more than make grade does.

`@needs("git", "gdb")`, or `pytestmark = needs("git")`, with words of
grade/tools/setup/packages. What make test needs, and set-up installs, is in
grade/tools/setup/goals. If something is missing all the same, such as
bubblewrap on a system that does not have it, the test is skipped and says why.
"""

import functools
import subprocess
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("probe.sh")

needs = pytest.mark.needs


@functools.lru_cache(maxsize=None)
def probe(*words):
    """What probe.sh says of these needs."""
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
