"""grade/score/content_key.py: a hash of what a kernel's result depends on."""

import hashlib

from grade.machine.host.build import ROOT

DECIDES = ("kernel", "user", "mkfs", "grade")
NOT_DECIDES = (".patch", ".pyc", ".md")


def content_key():
    """A hash of everything but the patch that a result depends on."""
    digest = hashlib.sha256((ROOT / "Makefile").read_bytes())
    for folder in DECIDES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix not in NOT_DECIDES:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
