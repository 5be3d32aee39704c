"""grade/trials/described_patch.py: patches of kernels to be graded,
LAB/NNN-name.patch.

Each begins with a title and fields. A field continues in indented lines. The
part from the first "diff " or "--- " on is for git apply. It changes a kernel
of that lab, not the tree's, which has the patches of later labs, too.
"""

import re
from dataclasses import dataclass

from grade.machine.host.build import UserError

NAME = re.compile(r"\d{3}-[a-z0-9-]+\.patch")
FIELD = re.compile(r"([A-Z][a-z ]+): (.+)")
DIFF = re.compile(r"^(diff|---) ", re.MULTILINE)


class BadPatch(Exception):
    """A malformed patch; the text is one line."""


@dataclass(frozen=True)
class Described:
    """`needed` and `optional` are the names of the fields."""

    lab: str
    name: str
    title: str
    fields: dict
    diff: str

    needed = ()
    optional = ()

    @property
    def number(self):
        return self.name[:3]


def read_patch(path, kind):
    """Read a patch as a Described of that class."""
    text = path.read_text("utf-8")
    start = DIFF.search(text)
    if start is None:
        raise BadPatch(f"{path.name}: contains no diff")
    lines = text[:start.start()].rstrip("\n").split("\n")
    fields = read_fields(path.name, "\n".join(lines[1:]),
                         (*kind.needed, *kind.optional))
    missing = [name for name in kind.needed if name not in fields]
    if missing or not lines[0]:
        raise BadPatch(f"{path.name}: it has no {(missing or ['title'])[0]}")
    return kind(path.parent.name, path.stem, lines[0], fields,
                text[start.start():])


def read_fields(where, text, known):
    found = {}
    for line in text.replace("\n  ", " ").split("\n"):
        match = FIELD.fullmatch(line)
        if line and (match is None or match.group(1) not in known):
            raise BadPatch(f"{where}: not a field: {line[:60]}")
        if match:
            found[match.group(1)] = match.group(2)
    return found


def read_patches(folder, kind):
    """All patches below the folder, by number. No two labs have the same
    number, so that it is a name."""
    patches = []
    for path in sorted(folder.rglob("[!.]*.patch"), key=lambda p: p.name):
        if not NAME.fullmatch(path.name):
            raise BadPatch(f"{path.name}: expected NNN-name.patch")
        if path.parent.parent != folder:
            raise BadPatch(f"{path.name}: expected in the folder of its lab")
        patches.append(read_patch(path, kind))
    for one, other in zip(patches, patches[1:]):
        if one.number == other.number:
            raise BadPatch(f"{other.name}: {one.name} has that number")
    return patches


def choose(patches, variable, words):
    """The patches whose names begin with one of the words in that variable, or
    all of them if it is empty."""
    for word in words.split():
        if not any(patch.name.startswith(word) for patch in patches):
            raise UserError(f"{variable}={word}: there is no such patch")
    return [patch for patch in patches
            if patch.name.startswith(tuple(words.split()))
            or not words.split()]
