"""grade/course/intake/taker.py: which files of a tree are taken, and within
which limits.

A student may change the sources below kernel/ and nothing else. Only those
files are read.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grade.machine.host.build import ROOT, UserError
from grade.machine.host.text import shown

SUFFIXES = (".c", ".h", ".S", ".ld")
OURS = "kernel/abi/"
NAME = re.compile(r"\w[\w.-]{0,63}", re.ASCII)
DEPTH_MAX = 4           # parts of a name, as deep as the Makefile looks
FILE_MAX = 1 << 20
TOTAL_MAX = 8 << 20
FILES_MAX = 1000
SEEN_MAX = 10_000       # files and folders looked at below kernel/
TOO_DEEP = "too many folders deep"
NOT_OURS = f"{OURS} is the grader's own"
LINES_MAX = 20          # for files that are refused


@dataclass
class Tree:
    """The files of a tree: the bytes of those taken, and the reasons why
    others are refused, both by name, such as "kernel/mm/fault.c". `notes` say
    which of several trees was taken; `time` is the probable time of
    submission."""

    taken: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    time: float = 0

    def refused_lines(self):
        """A line for each refused file, up to a limit."""
        lines = [*self.notes]
        lines += [f"not taken: {shown(name)}: {why}"
                 for name, why in sorted(self.refused.items())]
        rest = len(lines) - LINES_MAX
        return lines[:LINES_MAX] + (
            [f"not taken: {rest} more"] if rest > 0 else [])


def refusal(name):
    """Why a file of that name is refused, or None."""
    parts = name.split("/")
    if parts[0] != "kernel" or len(parts) < 2:
        return "only files below kernel/ are"
    if not all(NAME.fullmatch(part) for part in parts):
        return "a name has at most 64 of a-z A-Z 0-9 _ . - and begins " \
            "with a letter, digit or _"
    if len(parts) > DEPTH_MAX:
        return TOO_DEEP
    if not name.endswith(SUFFIXES):
        return "only " + " ".join(SUFFIXES) + " are"
    return None


class Taker:
    """Fills a Tree with files as they come, within the limits."""

    def __init__(self):
        self.tree = Tree()
        self._folders = set()   # of the files taken
        self._total = 0
        self._seen = 0

    def see(self):
        self._seen += 1
        if self._seen > SEEN_MAX:
            raise UserError(f"more than {SEEN_MAX} files")

    def refuse(self, name, why):
        self.tree.refused[name] = why

    def take(self, name, size, read):
        """Take a regular file. `read(n)` returns its first n bytes."""
        why = refusal(name) or self._refusal(name, size)
        if why is not None:
            self.refuse(name, why)
            return
        data = read(FILE_MAX + 1)
        self._total += len(data)
        if self._total > TOTAL_MAX or len(self.tree.taken) >= FILES_MAX:
            raise UserError(f"more than {FILES_MAX} files or {TOTAL_MAX} "
                            "bytes below kernel/")
        if name.startswith(OURS):
            if data != (ROOT / name).read_bytes():
                self.refuse(name, NOT_OURS)
            return
        self.tree.taken[name] = data
        self._folders |= folders_of(name)

    def _refusal(self, name, size):
        """Why a file with an allowed name is refused unread, or None."""
        if name.startswith(OURS) and not is_ours(name, size):
            return NOT_OURS
        if size > FILE_MAX:
            return f"{size} bytes; at most {FILE_MAX} are"
        if name in self.tree.taken:
            return "it occurs twice"
        if name in self._folders or folders_of(name) & self.tree.taken.keys():
            return "a file and a folder have this name"
        return None


def folders_of(name):
    return {str(folder) for folder in PurePosixPath(name).parents}


def is_ours(name, size):
    """True if a file of kernel/abi/ may equal the grader's own. Others need
    not be read."""
    path = ROOT / name
    return path.is_file() and path.stat().st_size == size


def may_be_taken(name):
    return refusal(name) is None


def no_sources(tree):
    """The message if there is a kernel/ but none of its files is taken."""
    why = "".join(f": {shown(name)}: {reason}" for name, reason
                  in [*tree.refused.items()][:1])
    return f"no kernel/ with sources in it{why}"
