"""grade/mutants/mutant.py: reads grade/mutants/NNN-name.patch.

A patch begins with a title and fields; a field goes on in lines that are
indented. What follows, from the first "--- " on, is for git apply.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from grade.config import UserError

FOLDER = Path(__file__).parent
NAME = re.compile(r"\d{3}-[a-z0-9-]+\.patch")
FIELD = re.compile(r"([A-Z][a-z ]+): (.+)")
DIFF = re.compile(r"^--- ", re.MULTILINE)
NEEDED = ("Fails", "Kind", "Symptom", "Why", "Remedy")
KNOWN = (*NEEDED, "Probability", "Seen by")


class BadMutant(Exception):
    """A patch that is not as it should be; the text is one line."""


@dataclass(frozen=True)
class Mutant:
    name: str
    title: str
    fields: dict
    diff: str

    @property
    def number(self):
        return self.name[:3]

    @property
    def groups(self):
        """Those of which at least one must lose points."""
        return self.fields["Fails"].split()

    @property
    def kind(self):
        return self.fields["Kind"]


def read_mutant(path):
    text = path.read_text()
    start = DIFF.search(text)
    if start is None:
        raise BadMutant(f"{path.name}: there is no diff in it")
    lines = text[:start.start()].rstrip("\n").split("\n")
    fields = read_fields(path.name, "\n".join(lines[1:]))
    missing = [name for name in NEEDED if name not in fields]
    if missing or not lines[0]:
        raise BadMutant(f"{path.name}: it has no {(missing or ['title'])[0]}")
    return Mutant(path.stem, lines[0], fields, text[start.start():])


def read_fields(where, text):
    found = {}
    for line in text.replace("\n  ", " ").split("\n"):
        match = FIELD.fullmatch(line)
        if line and (match is None or match.group(1) not in KNOWN):
            raise BadMutant(f"{where}: not a field: {line[:60]}")
        if match:
            found[match.group(1)] = match.group(2)
    return found


def read_mutants(folder=FOLDER):
    """All of them, by number."""
    mutants = []
    for path in sorted(folder.glob("*.patch")):
        if not NAME.fullmatch(path.name):
            raise BadMutant(f"{path.name}: expected NNN-name.patch")
        mutants.append(read_mutant(path))
    for one, other in zip(mutants, mutants[1:]):
        if one.number == other.number:
            raise BadMutant(f"{other.name}: {one.name} has that number")
    return mutants


def choose(mutants, words):
    """Those whose numbers or names begin with one of the words; all of them
    without any."""
    for word in words.split():
        if not any(m.name.startswith(word) for m in mutants):
            raise UserError(f"MUTANT={word}: no such mutant")
    return [m for m in mutants if m.name.startswith(tuple(words.split()))
            or not words.split()]
