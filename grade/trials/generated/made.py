"""grade/trials/generated/made.py: make all mutants of the kernel."""

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from grade.machine.host.build import ROOT
from grade.trials.generated.operators import OPERATORS, Function
from grade.trials.generated.syntax import definitions

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """A file of the kernel with one mistake. `line` is the line of the
    mistake, and `id` stays the same until the file changes."""

    path: str
    operator: str
    function: str
    line: int
    old: str
    new: str

    @property
    def id(self):
        words = f"{self.path}\0{self.new}"
        return hashlib.sha256(words.encode()).hexdigest()[:12]

    def diff(self):
        return "".join(difflib.unified_diff(
            self.old.splitlines(True), self.new.splitlines(True),
            f"a/{self.path}", f"b/{self.path}", n=2))

    def change(self):
        """From the first line that differs to the last one, before and after,
        each on one line."""
        old, new = self.old.splitlines(), self.new.splitlines()
        same = count_same(old, new)
        old, new = old[same:], new[same:]
        same = count_same(old[::-1], new[::-1])
        return [" ".join(" ".join(lines[:len(lines) - same]).split())
                for lines in (old, new)]


def count_same(one, other):
    """How many lines at the beginning are the same."""
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b),
                min(len(one), len(other)))


def read_files(lab):
    """(path, source to compile) of each file to break in the finished kernel
    of that lab: the source includes the file if that is a header."""
    pairs = []
    for line in (HERE / lab / "files").read_text("utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            pairs.append((words[0], words[-1]))
    return pairs


def apply(text, edits):
    """The text with the edits, which do not overlap. It has as many lines as
    before, so that __LINE__ does not make equal mutants differ."""
    lost = sum(text.count("\n", start, end) - new.count("\n")
               for start, end, new in edits)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + "\n" * max(lost, 0) + text[end:]
        lost = 0
    return text


def mutants_of(path, source, flags, root=ROOT):
    """All mutants of one file in the tree `root`, each text once, in the order
    of the lines."""
    text = (root / path).read_text("utf-8")
    found = {}
    for node in definitions(source, path, flags, root):
        function = Function(text, node)
        for name, operator in OPERATORS.items():
            for edits in operator(function):
                new = apply(text, edits)
                line = text.count("\n", 0, min(e[0] for e in edits)) + 1
                if new != text:
                    found.setdefault(new, Mutant(
                        path, name, function.name, line, text, new))
    return sorted(found.values(), key=lambda m: (m.line, m.operator, m.id))
