"""grade/series/patches.py: read and check the patches in patches/."""

import email
import email.policy
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
DIFF = re.compile(rb"^diff --git a/(\S+) b/(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Patch:
    """A step of the series. `passes` are the tests that it makes pass, `lines`
    is the number of changed lines of code, without those of pages."""

    path: Path
    subject: str
    message: str            # the text below the subject
    passes: frozenset
    files: frozenset
    lines: int

    @property
    def name(self):
        return f"{FOLDER}/{self.path.name}"


def read_series(root):
    """The patches, in order. Raises UserError."""
    folder = Path(root) / FOLDER
    names = read_list(folder)
    for number, name in enumerate(names, 1):
        match = NAME.fullmatch(name)
        if not match or int(match.group(1)) != number:
            raise UserError(f"{FOLDER}/{LIST}: {name} is in the place of "
                            f"{number:04d}-*.patch")
        if not (folder / name).is_file():
            raise UserError(f"{FOLDER}/{LIST}: there is no {FOLDER}/{name}")
    for path in sorted(folder.glob("[!.]*.patch")):
        if path.name not in names:
            raise UserError(f"{FOLDER}/{path.name} is not in {FOLDER}/{LIST}")
    return [read_patch(folder / name) for name in names]


def read_list(folder):
    path = folder / LIST
    if not path.is_file():
        raise UserError(f"{FOLDER}/{LIST}: no such file")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    names = [line.partition("#")[0].strip() for line in lines]
    names = [name for name in names if name]
    if not names:
        raise UserError(f"{FOLDER}/{LIST}: names no patch")
    return names


def read_patch(path):
    data = path.read_bytes()
    mail = email.message_from_bytes(data, policy=email.policy.default)
    subject = re.sub(r"^(\[[^]]*\] *)+", "", str(mail["Subject"] or ""))
    body = str(mail.get_content()).partition("\n---\n")[0]
    name = f"{FOLDER}/{path.name}"
    if not subject or not mail["From"]:
        raise UserError(f"{name}: not as git format-patch writes it")
    files, lines = changes_of(path)
    return Patch(path, " ".join(subject.split()), body.strip(),
                 read_passes(body, name), files, lines)


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


def changes_of(path):
    """The files that a patch touches, and the number of changed lines of
    code."""
    name = f"{FOLDER}/{path.name}"
    with tempfile.TemporaryDirectory(prefix="calf-") as empty:
        try:
            table = git(Path(empty), "apply", "--numstat", "-z",
                        str(path.resolve()))
        except GitError as error:
            raise UserError(f"{name}: {error}") from None
    files, lines = set(), 0
    for row in table.decode(errors="replace").split("\0")[:-1]:
        added, removed, file = row.split("\t")
        if "-" in (added, removed):
            raise UserError(f"{name}: {file} is not a text file")
        files.add(file)
        if not is_page(file):
            lines += int(added) + int(removed)
    for pair in DIFF.findall(path.read_bytes()):
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
