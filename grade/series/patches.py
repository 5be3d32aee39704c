"""grade/series/patches.py: read and check the patches in patches/.

The series is one stack of patches, and each lab is a stretch of it: in the
list, a line `lab NAME` stands before the first patch of that lab.
"""

import email
import email.policy
import functools
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grade.machine.host.build import UserError
from grade.series.git import GitError, git

FOLDER = "patches"
LIST = "series"
COVER = "cover-letter.md"
PAGES = "docs"
PARTS = ("kernel", PAGES)       # a patch touches nothing else
LINES_MAX = 120                 # of code, added and removed, in one patch
PARTS_TEXT = " or ".join(f"{part}/" for part in PARTS)
NO_TESTS = "no test that failed before"

NAME = re.compile(r"(\d{4})-[^/]+\.patch")
MARK = re.compile(r"lab ([a-z][a-z0-9]*)")
DIFF = re.compile(rb"^diff --git a/(\S+) b/(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Patch:
    """A step of the series, of that lab. `passes` are the tests that it makes
    pass. What only git can tell is looked up when it is needed; most callers
    never need it."""

    lab: str
    path: Path
    subject: str
    message: str            # the text below the subject
    passes: frozenset

    @property
    def name(self):
        return f"{FOLDER}/{self.path.name}"

    @property
    def files(self):
        return self._changes[0]

    @property
    def lines(self):
        """The number of changed lines of code, without those of pages."""
        return self._changes[1]

    @functools.cached_property
    def _changes(self):
        return read_changes(self)

    @property
    def number(self):
        return int(self.path.name[:4])


def read_series(root):
    """The patches of all labs, in order. Raises UserError."""
    folder = Path(root) / FOLDER
    labs = read_list(folder)
    for number, name in enumerate(labs, 1):
        match = NAME.fullmatch(name)
        if not match or int(match.group(1)) != number:
            raise UserError(f"{FOLDER}/{LIST}: {name} is in the place of "
                            f"{number:04d}-*.patch")
        if not (folder / name).is_file():
            raise UserError(f"{FOLDER}/{LIST}: there is no {FOLDER}/{name}")
    for path in sorted(folder.glob("[!.]*.patch")):
        if path.name not in labs:
            raise UserError(f"{FOLDER}/{path.name} is not in {FOLDER}/{LIST}")
    return [read_patch(folder / name, lab) for name, lab in labs.items()]


def read_list(folder):
    """The lab of each patch, by the patch's name, in order."""
    path = folder / LIST
    if not path.is_file():
        raise UserError(f"{FOLDER}/{LIST}: no such file")
    text = path.read_text(encoding="utf-8", errors="replace")
    lab, labs = None, {}
    for line in text.splitlines():
        words = line.partition("#")[0].strip()
        mark = MARK.fullmatch(words)
        if mark:
            check_mark(lab, mark.group(1), labs)
            lab = mark.group(1)
        elif words and lab is None:
            raise UserError(f"{FOLDER}/{LIST}: {words} is in no lab: a line "
                            "`lab NAME` must stand before it")
        elif words:
            labs[words] = lab
    if not labs:
        raise UserError(f"{FOLDER}/{LIST}: names no patch")
    check_mark(lab, None, labs)
    return labs


def check_mark(ended, begun, labs):
    """Raise UserError unless the lab that ends here has patches, and the one
    that begins here does not have any yet."""
    if ended is not None and ended not in labs.values():
        raise UserError(f"{FOLDER}/{LIST}: lab {ended} has no patch")
    if begun in labs.values():
        raise UserError(f"{FOLDER}/{LIST}: lab {begun} begins twice")


def labs_in(patches):
    """The names of the labs, in order."""
    return list(dict.fromkeys(patch.lab for patch in patches))


def of_lab(patches, lab):
    """The patches of that lab. Raises UserError if it has none."""
    found = [patch for patch in patches if patch.lab == lab]
    if not found:
        raise UserError(f"lab {lab} has no patches in {FOLDER}/{LIST}; there "
                        f"is {', '.join(labs_in(patches))}")
    return found


def from_lab(patches, lab):
    """The patches of that lab and of all later ones: without them, the kernel
    is the lab's starter."""
    return patches[of_lab(patches, lab)[0].number - 1:]


def after_lab(patches, lab):
    """The patches of later labs: without them, the kernel is the lab's
    finished one."""
    return patches[of_lab(patches, lab)[-1].number:]


def read_patch(path, lab):
    data = path.read_bytes()
    mail = email.message_from_bytes(data, policy=email.policy.default)
    subject = re.sub(r"^(\[[^]]*\] *)+", "", str(mail["Subject"] or ""))
    body = str(mail.get_content()).partition("\n---\n")[0]
    name = f"{FOLDER}/{path.name}"
    if not subject or not mail["From"]:
        raise UserError(f"{name}: not as git format-patch writes it")
    return Patch(lab, path, " ".join(subject.split()), body.strip(),
                 read_passes(body, name))


def read_passes(body, name):
    """The tests in the last paragraph, which begins with "Passes:"."""
    last = " ".join(body.strip().rpartition("\n\n")[2].split())
    word, _, tests = last.partition(" ")
    if word != "Passes:" or not tests:
        raise UserError(f"{name}: its message does not end with a paragraph "
                        "`Passes: TEST, TEST`")
    if tests == NO_TESTS:
        return frozenset()
    return frozenset(test.strip() for test in tests.split(","))


def read_changes(patch):
    """The files that a patch touches, and the number of changed lines of
    code."""
    data = patch.path.read_bytes()
    try:
        with tempfile.TemporaryDirectory(prefix="calf-") as empty:
            table = git(Path(empty), "apply", "--numstat", "-z", data=data)
    except GitError as error:
        raise UserError(f"{patch.name}: {error}") from None
    files, lines = set(), 0
    for row in table.decode(errors="replace").split("\0")[:-1]:
        added, removed, file = row.split("\t")
        if "-" in (added, removed):
            raise UserError(f"{patch.name}: {file} is not a text file")
        files.add(file)
        if not is_page(file):
            lines += int(added) + int(removed)
    for pair in DIFF.findall(data):
        files.update(name.decode(errors="replace") for name in pair)
    return frozenset(files), lines


def is_page(path):
    return path.startswith(PAGES + "/")


def findings(root, patches):
    """Yield a line for each thing wrong with the patches."""
    letter = Path(root) / FOLDER / COVER
    text = letter.read_text("utf-8") if letter.is_file() else ""
    for patch in patches:
        for file in sorted(patch.files):
            if file.partition("/")[0] not in PARTS:
                yield (f"{patch.name}:1: touches {file}, which is not below "
                       f"{PARTS_TEXT}")
        if patch.lines > LINES_MAX:
            yield (f"{patch.name}:1: {patch.lines} changed lines of code, at "
                   f"most {LINES_MAX}")
        if patch.subject not in text:
            yield (f"{FOLDER}/{COVER}:1: does not mention "
                   f"\"{patch.subject}\"")
