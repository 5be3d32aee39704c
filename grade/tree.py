"""grade/tree.py: what is taken of somebody else's tree, and a copy with it.

A student may change the sources below kernel/ and nothing else. Of a tree
that is to be graded only those files are read, into memory and within bounds;
no link is followed, and nothing that the tree brings is run. All else comes
from here, kernel/abi/ included: programs and mkfs are built with it.
"""

import gzip
import os
import re
import shutil
import stat
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grade.config import ROOT, UserError
from grade.points import Points
from grade.text import shown

ARCHIVES = (".tar.gz", ".tgz", ".zip")
SUFFIXES = (".c", ".h", ".S", ".ld")
OURS = "kernel/abi/"
NAME = re.compile(r"\w[\w.-]{0,63}", re.ASCII)
DEPTH_MAX = 4           # parts of a name: what the Makefile looks for
FILE_MAX = 1 << 20
TOTAL_MAX = 8 << 20
FILES_MAX = 1000
SEEN_MAX = 10_000       # files and folders looked at
UNPACKED_MAX = 64 << 20
TOO_DEEP = "too many folders deep"
LINES_MAX = 20          # of what is refused
# To grade a kernel in a copy: what builds it, and what tests it.
COPIED = ("Makefile", OURS, "user", "grade/*.py", "grade/points",
          "grade/hints", "grade/guest", "grade/outside", "grade/reports",
          "grade/tools", "grade/view")
NOT_COPIED = (".git", "build", ".cache", "__pycache__")


@dataclass
class Tree:
    """What a tree offers: the bytes of the files taken, and why others are
    not, both by name, such as "kernel/mm/fault.c"."""

    taken: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)

    def refused_lines(self):
        """A line for each file refused, as many as one reads."""
        lines = [f"not taken: {shown(name)}: {why}"
                 for name, why in sorted(self.refused.items())]
        rest = len(lines) - LINES_MAX
        return lines[:LINES_MAX] + (
            [f"not taken: {rest} more"] if rest > 0 else [])


def refusal(name):
    """Why a file of that name is not taken; None if it may be."""
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
    """Fills a Tree with files as they come, within the bounds."""

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
        """A regular file: `read(n)` gives its first n bytes."""
        why = refusal(name)
        if why is None and size > FILE_MAX:
            why = f"{size} bytes; at most {FILE_MAX} are"
        if why is None and name in self.tree.taken:
            why = "it is there twice"
        folders = {str(folder) for folder in PurePosixPath(name).parents}
        if why is None and (name in self._folders
                            or folders & self.tree.taken.keys()):
            why = "a file and a folder of one name"
        if why is not None:
            self.refuse(name, why)
            return
        data = read(FILE_MAX + 1)
        if name.startswith(OURS):
            if data != our_bytes(name):
                self.refuse(name, f"{OURS} is the grader's own")
            return
        self._total += len(data)
        if self._total > TOTAL_MAX or len(self.tree.taken) >= FILES_MAX:
            raise UserError(f"more than {FILES_MAX} files or {TOTAL_MAX} "
                            "bytes below kernel/")
        self.tree.taken[name] = data
        self._folders |= folders


def our_bytes(name):
    path = ROOT / name
    return path.read_bytes() if path.is_file() else None


def read_tree(path):
    """The Tree of a folder, or of an archive made by `make handin`. Raises
    UserError when there is none."""
    path = Path(path)
    try:
        if path.is_dir():
            path = find_root(path)
        if path.is_dir():
            tree = read_folder(path)
        elif path.is_file():
            tree = read_archive(path)
        else:
            raise UserError("no such folder or archive")
        if not tree.taken:
            raise UserError("no kernel/ with sources in it")
        return tree
    except UserError as error:
        raise UserError(f"TREE={shown(str(path))}: {error}") from None
    except OSError as error:
        raise UserError(
            f"TREE={shown(str(path))}: {error.strerror}") from None


# ---- folders ----------------------------------------------------------------

def find_root(folder):
    """The folder itself or, where that has no kernel/, the one tree or archive
    in it: systems that collect hand-ins put each into a folder."""
    if (folder / "kernel").is_dir():
        return folder
    found = [path for path in sorted(folder.iterdir())
             if is_handin(path) and not path.is_symlink()]
    if len(found) > 1:
        names = ", ".join(shown(path.name) for path in found)
        raise UserError(f"which of these: {names}")
    return found[0] if found else folder


def is_handin(path):
    """Whether it looks like a tree, or an archive of one."""
    return (path / "kernel").is_dir() \
        or path.is_file() and path.name.endswith(ARCHIVES)


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
        # Neither through a link nor waiting for the other end of a pipe.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK,
                       dir_fd=fd)
    except OSError:
        taker.refuse(path, "a link, or not readable")
        return
    with open(file, "rb") as stream:
        status = os.fstat(file)
        if stat.S_ISREG(status.st_mode):
            taker.take(path, status.st_size, stream.read)
        else:
            taker.refuse(path, "not a regular file")


# ---- archives ---------------------------------------------------------------

class Bounded:
    """A file of which at most so many bytes can be read."""

    def __init__(self, file, most):
        self._file = file
        self._left = most

    def read(self, size):
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise UserError(f"unpacks to more than {UNPACKED_MAX} bytes")
        return data


def read_archive(path):
    with open(path, "rb") as file:
        is_zip = file.read(4) == b"PK\3\4"
    try:
        return _read_zip(path) if is_zip else _read_tar(path)
    except UserError:
        raise
    except Exception:       # a broken archive makes the libraries raise any
        raise UserError("neither a folder nor a sound .tar.gz or "
                        ".zip") from None


def name_within(name):
    """A member's name from its "kernel/" on: some archives have all in one
    folder. None for what lies elsewhere."""
    parts = name.split("/")
    while parts and parts[0] == ".":
        parts.pop(0)
    if parts[:1] == ["kernel"]:
        return "/".join(parts)
    if parts[1:2] == ["kernel"] and NAME.fullmatch(parts[0]):
        return "/".join(parts[1:])
    return None


def _read_tar(path):
    taker = Taker()
    with gzip.open(path) as unpacked, tarfile.open(
            fileobj=Bounded(unpacked, UNPACKED_MAX), mode="r|") as archive:
        for member in archive:
            taker.see()
            name = name_within(member.name)
            if name is None or member.isdir():
                continue
            if member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) \
                    and not member.issparse():
                taker.take(name, member.size,
                           archive.extractfile(member).read)
            else:
                taker.refuse(name, "not a regular file")
    return taker.tree


def _read_zip(path):
    taker = Taker()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            taker.see()
            name = name_within(member.filename)
            if name is None or member.is_dir():
                continue
            if not is_plain(member):
                taker.refuse(name, "not a regular file")
                continue
            with archive.open(member) as stream:
                taker.take(name, member.file_size, stream.read)
    return taker.tree


def is_plain(member):
    """Whether it is a regular file of a .zip. The other compressions know no
    bound while they unpack."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    return kind in (0, stat.S_IFREG) and member.compress_type in (
        zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


# ---- the copy ---------------------------------------------------------------

def make_scratch(tree, folder):
    """Make the folder, with what grading needs of this project and the tree's
    files in place of those below kernel/. The compiler can read all of it,
    for whoever wrote these; so there is nothing else."""
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
    """Of the tests, those that give a kernel points."""
    tests = {f"test_{name}.py" for name in Points().kernel_modules()}
    for pattern in COPIED:
        for path in ROOT.glob(pattern):
            if path.name in tests or not path.name.startswith("test_"):
                yield path
