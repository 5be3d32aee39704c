"""grade/machine/failures.py: how a kernel can fail, and when to give it up.

A kernel that hangs in one test often hangs in hundreds. So the processes of a
run record in one folder what they have found, and all of them read there when
to stop. What counts is the number of failures, not the time: each time limit
is generous, and longer on a busy host (host/limits.py), so that a correct
kernel does not hang even once. Only a kernel that has broken a promise, as its
page tables show, gets less time.
"""

import os
from pathlib import Path

from grade.machine.host.text import many, printable

FOLDER = "CALF_FAILURES"        # the folder, for the processes of a run
ALL = "ALL"                     # ALL=1: never give up

# Machines that hung before no more are tried: of one kind, and of all kinds. A
# kernel that has broken a promise gets fewer tries, and less time for each.
HUNG_MAX, HUNG_MAX_IN_ALL = 3, 6
HUNG_MAX_BROKEN, HUNG_MAX_IN_ALL_BROKEN = 2, 3
PANICKED_MAX, PANICKED_MAX_IN_ALL = 12, 30      # more, since panics are quick
IMPATIENCE = 3                  # the divisor for limits

HUNG, PANICKED, BROKEN, FAILED = "hung", "panicked", "broken", "failed"


class GuestFailed(Exception):
    """The guest did not do what the test expects."""

    def __init__(self, text):
        super().__init__(printable(text))


class Broken(GuestFailed):
    """The machine is in a state that it must not be in."""


class NotTried(GuestFailed):
    """The test was not tried, because of what others have found."""


class Notes:
    """The findings, in files to which several processes append."""

    def __init__(self):
        self.is_on = False      # true while a test of the kernel runs

    def _path(self, what):
        return Path(os.environ[FOLDER]) / what

    def add(self, what, word):
        if self.is_on and FOLDER in os.environ:
            with open(self._path(what), "a", encoding="utf-8") as file:
                file.write(f"{word}\n")

    def read(self, what):
        if not self.is_on or FOLDER not in os.environ:
            return []
        try:
            return self._path(what).read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []


_notes = Notes()


def begin(folder):
    """Let the processes of this run keep their findings in the folder."""
    folder.mkdir()
    os.environ[FOLDER] = str(folder)


def watch(is_on):
    """Say whether failures from now on are those of the graded kernel."""
    _notes.is_on = is_on


def hung(kind):
    """Record that a machine of that kind ("outside", "script", ...) hung."""
    _notes.add(HUNG, kind)


def panicked(kind):
    _notes.add(PANICKED, kind)


def broken(test):
    """Record that the test has seen from outside that a promise is broken."""
    _notes.add(BROKEN, test)


def failed(test):
    """Record that the test of a promise has failed, in any way."""
    _notes.add(FAILED, test)


def is_broken():
    return bool(_notes.read(BROKEN))


def has_failed():
    return bool(_notes.read(FAILED))


def has_found():
    """True if a machine hung or panicked, or the test of a promise failed."""
    return any(_notes.read(what) for what in (HUNG, PANICKED, BROKEN, FAILED))


def patience(seconds):
    """How long to wait for something that may take that long on a correct
    kernel."""
    return seconds / IMPATIENCE if is_broken() else seconds


def why_give_up(kind):
    """Why no more machines of that kind should be tried, or ""."""
    if os.environ.get(ALL) == "1":
        return ""
    hangs, panics = _notes.read(HUNG), _notes.read(PANICKED)
    most, in_all = (HUNG_MAX_BROKEN, HUNG_MAX_IN_ALL_BROKEN) \
        if is_broken() else (HUNG_MAX, HUNG_MAX_IN_ALL)
    if len(hangs) < in_all and hangs.count(kind) < most \
            and panics.count(kind) < PANICKED_MAX \
            and len(panics) < PANICKED_MAX_IN_ALL:
        return ""
    found = [many(len(hangs), "machine") + " did not finish"] * bool(hangs) \
        + [f"{len(panics)} panicked"] * bool(panics)
    return "not tried: " + " and ".join(found) + (
        " after a promise had been broken" if is_broken() else "")


def check(kind):
    """Raise NotTried if no more machines of that kind should be tried."""
    why = why_give_up(kind)
    if why:
        raise NotTried(why)
