"""grade/course/intake/tree.py: read a stranger's tree, and make a copy of this
one that contains it.

Only the files that a student may change are read from a tree
(grade/course/intake/taker.py), into memory and within limits; no link is
followed, and nothing that the tree contains is run. Everything else comes from
here, including kernel/abi/, with which programs and mkfs are built.
"""

import os
import shutil
import stat
from pathlib import Path

from grade.course.intake.finding import (
    find_archive, find_root, is_aside, is_litter, what_is_there)
from grade.course.intake.part import read_archive, read_inner
from grade.course.intake.taker import (
    DEPTH_MAX, FILES_MAX, FILE_MAX, LINES_MAX, NAME, OURS, SUFFIXES, TOO_DEEP,
    Taker, may_be_taken, no_sources, refusal)
from grade.machine.host.build import ROOT, UserError
from grade.machine.host.text import shown
from grade.score.points import Points

__all__ = ["FILE_MAX", "FILES_MAX", "LINES_MAX", "OURS", "SUFFIXES",
           "TOO_DEEP", "make_scratch", "read_any", "read_folder", "read_tree",
           "refusal", "shown"]

WALKED_MAX = 60_000     # files, to find kernel/
WALKED_DEEP = 64
# To grade a kernel in a copy: what builds it, and what tests it.
COPIED = ("Makefile", OURS, "user", "grade/*.py", "grade/machine",
          "grade/kernel/*.py", "grade/kernel/model", "grade/kernel/outside",
          "grade/kernel/programs", "grade/labs/*/points",
          "grade/labs/*/hints", "grade/score", "grade/course/*.py",
          "grade/course/intake", "grade/tools/*.py", "grade/tools/make",
          "grade/tools/setup")
NOT_COPIED = (".git", "build", ".cache", "__pycache__")


class NoTree(UserError):
    """The submission cannot be graded, through no fault of the grader."""


def read_tree(path):
    """The Tree of a folder or an archive, whatever folders are around it.
    Raises NoTree if there is none."""
    path = Path(path)
    try:
        return read_any(path)
    except UserError as error:
        raise NoTree(f"TREE={shown(str(path))}: {error}") from None
    except OSError as error:
        raise NoTree(f"TREE={shown(str(path))}: {error.strerror}") from None


def read_any(path):
    """The same, for a path that exists."""
    if path.is_file():
        return read_archive(path)
    if not path.is_dir():
        raise UserError("no such folder or archive")
    parts, note = (), ""
    kernel = path / "kernel"
    if not kernel.is_dir() or (kernel / "kernel").is_dir():
        parts, note = look_into(path)
    found = path.joinpath(*parts)
    tree = read_folder(found) if found.is_dir() else read_inner(found, parts)
    if not tree.taken:
        raise UserError(no_sources(tree))
    tree.notes += [note] if note else []
    return tree


# ---- folders ----------------------------------------------------------------

def look_into(folder):
    """Where the tree is in the folder, and a note about what else was found.
    It may be in an archive there, because course systems put each submission
    into a folder."""
    times = dict(files_below(folder))
    root, note = find_root(times, may_be_taken)
    if root is None:
        root, note = find_archive(times)
    if root is None:
        raise UserError(f"it has no folder kernel/ with sources in it: "
                        f"{what_is_there(times)}")
    return root, note


def files_below(top):
    """Yield each file's name, in parts, and its time, except in build
    folders."""
    left = [()]
    seen = 0
    while left:
        folder = left.pop()
        with os.scandir(top.joinpath(*folder)) as entries:
            for entry in entries:
                seen += 1
                if seen > WALKED_MAX:
                    raise UserError(f"more than {WALKED_MAX} files")
                parts = (*folder, entry.name)
                if entry.is_file(follow_symlinks=False):
                    yield parts, entry.stat(follow_symlinks=False).st_mtime
                elif entry.is_dir(follow_symlinks=False) \
                        and len(parts) < WALKED_DEEP and not is_aside(parts):
                    left.append(parts)


def read_folder(root):
    taker = Taker()
    top = root / "kernel"
    if top.is_symlink() or not top.is_dir():
        raise UserError("it has no folder kernel/")
    for folder, folders, files, fd in os.fwalk(top, onerror=_raise):
        where = Path(folder).relative_to(root).as_posix()
        for name in sorted(folders):
            taker.see()
            if not _may_enter(taker, f"{where}/{name}", name, fd):
                folders.remove(name)
        for name in sorted(files):
            taker.see()
            if not is_litter((name,)):
                _take_file(taker, f"{where}/{name}", name, fd)
    return taker.tree


def _raise(error):
    raise error


def _may_enter(taker, path, name, fd):
    if stat.S_ISLNK(os.lstat(name, dir_fd=fd).st_mode):
        taker.refuse(path, "a link is not followed")
        return False
    if not NAME.fullmatch(name):
        taker.refuse(path, refusal(f"kernel/{name}"))
        return False
    if path.count("/") >= DEPTH_MAX - 1:
        taker.refuse(path, TOO_DEEP)
        return False
    return True


def _take_file(taker, path, name, fd):
    try:
        # Follow no link, and do not wait for the other end of a pipe.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK,
                       dir_fd=fd)
    except OSError:
        taker.refuse(path, "a link, or not readable")
        return
    with open(file, "rb") as stream:
        status = os.fstat(file)
        if stat.S_ISREG(status.st_mode):
            taker.take(path, status.st_size, stream.read)
            taker.tree.time = max(taker.tree.time, status.st_mtime)
        else:
            taker.refuse(path, "not a regular file")


# ---- the copy ---------------------------------------------------------------

def make_scratch(tree, folder):
    """Make the folder, with the parts of this project that grading needs, and
    with the tree's files in place of kernel/. It contains nothing else,
    because the stranger's kernel could include any file."""
    folder = Path(folder)
    folder.mkdir()
    for path in needed():
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, copy,
                            ignore=shutil.ignore_patterns(*NOT_COPIED))
        else:
            shutil.copy2(path, copy)
    for name, data in tree.taken.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def needed():
    """The files to copy. Of the tests, these are the ones that give a kernel
    points."""
    tests = {f"test_{name}.py" for name in Points().kernel_modules()}
    for pattern in COPIED:
        for path in ROOT.glob(pattern):
            if path.name in tests or not path.name.startswith("test_"):
                yield path
