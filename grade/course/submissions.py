"""grade/course/submissions.py: finds the hand-ins in what a course system
exports, and says which of them are the same."""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from grade import tree
from grade.config import UserError
from grade.course.unpack import is_visible, unpack_class, unpack_one
from grade.handin import pack
from grade.mutants.trial import content_key

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
    """Each (name, path, note) that was handed in. Archives of many are
    unpacked below `scratch`. Raises UserError if a path is not there."""
    for path in map(Path, paths):
        if not path.exists():
            raise UserError(f"{path}: no such folder or archive")
        if path.is_dir() and not (path / "kernel").is_dir():
            for inner in visible(without_cover(path)):
                yield look_into(inner.name, inner, scratch)
        elif holds_many(path):
            for unpacked in unpack_class(path, new_folder(scratch)):
                yield look_into(unpacked.name, unpacked.path, scratch,
                                unpacked.note())
        else:
            yield path.name, path, ""


def look_into(name, path, scratch, note=""):
    """A hand-in may be an archive of folders and archives itself."""
    if not holds_many(path):
        return name, path, note
    unpacked = unpack_one(path, new_folder(scratch))
    return name, unpacked.path, join(note, unpacked.note())


def new_folder(scratch):
    folder = Path(scratch) / str(len(os.listdir(scratch)))
    folder.mkdir()
    return folder


def visible(folder):
    return [path for path in sorted(folder.iterdir())
            if is_visible(path.name)]


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


def student_of(name):
    for ending in tree.ARCHIVES:
        if name.endswith(ending):
            name = name[:-len(ending)]
    return tree.shown(name)


def collect(paths, scratch, out, tests):
    """The Submissions; what is to be graded of each is in OUT/work."""
    grader = content_key() + "\0" + tests
    found = [take(name, path, note, out, grader)
             for name, path, note in find(paths, scratch)]
    tell_apart(found)
    tell_alike(found)
    return found


def take(name, path, note, out, grader):
    submission = Submission(student_of(name), tree.shown(name), note=note)
    try:
        if path.is_symlink():
            raise UserError("a link is not followed")
        taken = tree.read_tree(path)
    except UserError as error:
        submission.problem = str(error).partition(": ")[2] or str(error)
        return submission
    if taken.refused:
        add_note(submission, f"{len(taken.refused)} files not taken")
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
    submission.note = join(submission.note, text)


def join(*notes):
    return "; ".join(filter(None, notes))
