"""grade/course/unpack.py: unpacks an archive of hand-ins.

Who hands in too much, or what is damaged, harms nobody else: of each hand-in
only what may be taken is unpacked, within bounds, and the rest is noted.
"""

import errno
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from grade import tree
from grade.config import UserError

BYTES_MAX = 64 << 20    # unpacked, of one hand-in
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_HANDED_IN = ("__MACOSX", "submission_metadata.yml")


def is_visible(name):
    return name[0] != "." and name not in NOT_HANDED_IN


@dataclass
class Unpacked:
    """A hand-in: where it is, and why some of its files are not there."""

    name: str
    path: Path
    left_out: dict = field(default_factory=dict)
    room: int = BYTES_MAX
    seen: int = 0

    def note(self):
        """In a line; empty when all is there."""
        if not self.left_out:
            return ""
        name, why = next(iter(self.left_out.items()))
        return f"{len(self.left_out)} files not unpacked, such as " \
            f"{tree.shown(name)}: {why}"

    def put(self, archive, member, parts):
        """Write the file of that name, in parts, or note why not."""
        name = "/".join(parts) or self.name
        try:
            self._check(member, parts)
            self._write(archive, member, self.path.joinpath(*parts))
        except UserError as error:
            self.left_out[name] = str(error)
        except Exception as error:      # a damaged one makes the library
            if getattr(error, "errno", 0) in DISK_FULL:     # raise any
                raise
            self.left_out[name] = "damaged"

    def _check(self, member, parts):
        self.seen += 1
        if self.seen > tree.SEEN_MAX:
            raise UserError(f"more than {tree.SEEN_MAX} files")
        if "kernel" in parts:
            why = tree.refusal("/".join(parts[parts.index("kernel"):]))
            if why is not None:
                raise UserError(why)
        if not tree.is_plain(member):
            raise UserError("not a regular file")
        if member.file_size > self.room:
            raise UserError(f"more than {BYTES_MAX} bytes in all")

    def _write(self, archive, member, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(member) as packed, open(path, "wb") as file:
                shutil.copyfileobj(packed, file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self.room -= member.file_size


def unpack_class(path, folder):
    """The hand-ins of an export, each in the folder under a number: a name may
    be too long for this system."""
    with open_zip(path) as archive:
        members = [(member, parts_of(member))
                   for member in archive.infolist()]
        cover = cover_of([parts for _, parts in members])
        found = {}
        for member, parts in members:
            if not all(map(is_visible, parts[:cover + 1])):
                continue
            name, *parts = parts[cover:] or [""]
            if name and name not in found:
                found[name] = begin(name, folder / str(len(found)),
                                    parts or member.is_dir())
            if name:
                take(found[name], archive, member, parts)
    return [found[name] for name in sorted(found)]


def begin(name, path, is_folder):
    """A hand-in is there, in whatever state: it gets a row."""
    if is_folder:
        path.mkdir()
    else:
        path.touch()
    return Unpacked(name, path)


def unpack_one(path, folder):
    """One hand-in, in the folder."""
    unpacked = Unpacked(path.name, folder)
    with open_zip(path) as archive:
        for member in archive.infolist():
            take(unpacked, archive, member, parts_of(member))
    return unpacked


def open_zip(path):
    try:
        return zipfile.ZipFile(path)
    except Exception:       # a broken archive makes the library raise any
        raise UserError(f"{path}: not a sound .zip") from None


def parts_of(member):
    """The parts of its name; none leads out of a folder."""
    return [part for part in member.filename.split("/")
            if part not in ("", ".", "..")]


def cover_of(names):
    """In how many folders all of the hand-ins are: an export may have them all
    in one."""
    cover = 0
    while True:
        names = [name for name in names
                 if len(name) > cover and is_visible(name[cover])]
        inner = {name[cover + 1] for name in names if len(name) > cover + 1}
        if len({name[cover] for name in names}) != 1 or "kernel" in inner \
                or sum(map(is_visible, inner)) < 2:
            return cover
        cover += 1


def take(unpacked, archive, member, parts):
    if not member.is_dir() and is_looked_at(parts):
        unpacked.put(archive, member, parts)


def is_looked_at(parts):
    """Whether a file of a hand-in is it, an archive in it, or below its
    kernel/, be that in a folder or not. Builds, say, are large and not."""
    if len(parts) < 2:
        return not parts or parts[0].endswith(tree.ARCHIVES)
    return "kernel" in parts[:2]
