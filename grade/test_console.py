"""grade/test_console.py: a user's session at the console, key by key."""

import pytest

from grade.config import ROOT
from grade.guest import Guest
from grade.machine import Machine
from grade.typing import play, read_transcript

TRANSCRIPTS = sorted((ROOT / "grade" / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path, harts", [
    pytest.param(path, harts, id=f"{path.stem}-{harts}",
                 marks=pytest.mark.xdist_group(f"console{harts}"))
    for path in TRANSCRIPTS for harts in (1, 4)])
def test_session(config, log, path, harts):
    """console: the session {path.stem}.txt, {harts}"""
    with Guest(config, Machine(cpus=harts), log) as guest:
        play(guest, read_transcript(path))
