"""grade/course/submissions.py: finds the hand-ins in what a course system
exports, and says which of them are the same."""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from grade import tree
from grade.config import UserError
from grade.handin import pack
from grade.mutants.trial import content_key

MEMBER_MAX = 64 << 20
UNPACKED_MAX = 4 << 30
NOT_HANDED_IN = ("__MACOSX", "submission_metadata.yml")
WORK = "work"


@dataclass
class Submission:
    """`key` stands for what was handed in and how it is graded; `problem` says
    why there is none. `note` is for the one who grades."""

    student: str
    source: str
    key: str = ""
    problem: str = ""
    note: str = ""


def find(paths, scratch):
    """Each (name, path) that was handed in. Archives of many are unpacked
    below `scratch`. Raises UserError if a path is not there."""
    for path in map(Path, paths):
        if not path.exists():
            raise UserError(f"{path}: no such folder or archive")
        if path.is_dir() and not (path / "kernel").is_dir():
            yield from find_in(path, scratch)
        elif holds_many(path):
            yield from find_in(unpack(path, scratch), scratch)
        else:
            yield path.name, path


def find_in(folder, scratch):
    for path in visible(without_cover(folder)):
        try:
            yield path.name, unpack(path, scratch) if holds_many(path) \
                else path
        except UserError:
            yield path.name, path   # its row says what is wrong


def visible(folder):
    return [path for path in sorted(folder.iterdir())
            if path.name[0] != "." and path.name not in NOT_HANDED_IN]


def without_cover(folder):
    """An export may have all in one folder."""
    inner = visible(folder)
    while len(inner) == 1 and inner[0].is_dir() \
            and not inner[0].is_symlink() \
            and not (inner[0] / "kernel").is_dir() \
            and len(visible(inner[0])) > 1:
        folder = inner[0]
        inner = visible(folder)
    return folder


def holds_many(path):
    """Whether it is an archive of hand-ins, or of folders with one each."""
    if path.is_symlink() or not path.is_file() \
            or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist()
                     if not name.endswith("/")]
    except Exception:       # a broken archive makes the library raise any
        return False
    roots = {name.split("/")[0] for name in names if tree.name_within(name)}
    return bool(names) and "kernel" not in roots and len(roots) != 1


def unpack(path, scratch):
    """A new folder with what is in a .zip. Names that lead out of it are made
    harmless by the library, and links become files."""
    folder = Path(scratch) / str(len(os.listdir(scratch)))
    left = UNPACKED_MAX
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                left -= member.file_size
                if member.file_size > MEMBER_MAX or left < 0:
                    raise UserError(f"{path}: it unpacks to too much")
                archive.extract(member, folder)
    except UserError:
        raise
    except Exception:
        raise UserError(f"{path}: not a sound .zip") from None
    return folder


def student_of(name):
    for ending in tree.ARCHIVES:
        if name.endswith(ending):
            name = name[:-len(ending)]
    return tree.shown(name)


def collect(paths, scratch, out, tests):
    """The Submissions; what is to be graded of each is in OUT/work."""
    grader = content_key() + "\0" + tests
    found = [take(name, path, out, grader)
             for name, path in find(paths, scratch)]
    tell_apart(found)
    tell_alike(found)
    return found


def take(name, path, out, grader):
    submission = Submission(student_of(name), tree.shown(name))
    try:
        if path.is_symlink():
            raise UserError("a link is not followed")
        taken = tree.read_tree(path)
    except UserError as error:
        submission.problem = str(error).partition(": ")[2] or str(error)
        return submission
    if taken.refused:
        submission.note = f"{len(taken.refused)} files not taken"
    digest = hashlib.sha256(grader.encode())
    for file, data in sorted(taken.taken.items()):
        digest.update(f"{file}\0{len(data)}\0".encode() + data)
    submission.key = digest.hexdigest()
    archive = archive_of(out, submission.key)
    if not archive.exists():
        pack(taken.taken, archive)
    return submission


def archive_of(out, key):
    return out / WORK / f"{key}.tar.gz"


def tell_apart(submissions):
    """Two of one name get numbers, and a note."""
    by_name = {}
    for submission in submissions:
        by_name.setdefault(submission.student, []).append(submission)
    for same in by_name.values():
        sources = ", ".join(s.source for s in same)
        for number, submission in enumerate(same, 1):
            if len(same) > 1:
                submission.student += f" ({number})"
                add_note(submission, f"handed in {len(same)} times: {sources}")


def tell_alike(submissions):
    by_key = {}
    for submission in submissions:
        by_key.setdefault(submission.key, []).append(submission)
    by_key.pop("", None)
    for alike in by_key.values():
        for submission in alike:
            others = [s.student for s in alike if s is not submission]
            if others:
                add_note(submission, f"the same as {', '.join(others)}")


def add_note(submission, text):
    submission.note += ("; " if submission.note else "") + text
