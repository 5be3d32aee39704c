"""grade/course/intake/part.py: reads one submission from an archive."""

import tempfile
from contextlib import closing
from pathlib import Path

from grade.course.intake.archives import open_archive
from grade.course.intake.finding import (
    find_archive, find_root, is_litter, what_is_there)
from grade.course.intake.taker import Taker, may_be_taken, no_sources
from grade.machine.host.build import UserError
from grade.machine.host.text import shown

INNER_MAX = 64 << 20    # bytes of an archive that is in another one
INNER_DEEP = 2


class Part:
    """One submission in an archive, which may have many. `names` has its
    members with their names, in parts. Each of those `wanted` goes through
    put() once; then read() gives the Tree."""

    def __init__(self, names, scratch, deep=0):
        self.wanted = {}
        self._taker = Taker()
        self._inner = Path(scratch) / str(id(self))
        self._inner_name = ()
        self._deep = deep
        self._note = ""
        self._problem = None
        try:
            self._choose(names)
        except UserError as error:
            self._problem = error

    def _choose(self, names):
        """The members to read."""
        root, self._note = find_root(names.values(), may_be_taken)
        if root is not None:
            self._want_kernel(names, root)
            return
        times = {parts: member.time for member, parts in names.items()}
        found, self._note = find_archive(times)
        if () in times:         # it is a file, whatever its name
            found = ()
        if found is None or self._deep >= INNER_DEEP:
            raise UserError("no kernel/ with sources in it: "
                            + what_is_there(names.values()))
        self._inner_name = found
        self.wanted = {member: None for member, parts in names.items()
                       if parts == found}

    def _want_kernel(self, names, root):
        inside = (*root, "kernel")
        for member, parts in names.items():
            if parts[:len(inside)] != inside or is_litter(parts):
                continue
            self._taker.see()
            name = "/".join(parts[len(root):])
            if member.why:
                self._taker.refuse(name, member.why)
            else:
                self.wanted[member] = name

    def put(self, member, read):
        """Take the member: `read(n)` gives its first n bytes. An error affects
        only this submission."""
        name = self.wanted[member]
        self._taker.tree.time = max(self._taker.tree.time, member.time)
        try:
            if name is not None:
                self._taker.take(name, member.size, read)
            elif member.why:
                raise UserError(member.why)
            else:
                self._inner.write_bytes(read_all(read))
        except UserError as error:
            self._problem = error
        except Exception:       # if it is damaged, the library raises anything
            self._problem = UserError(
                f"{shown(name or '/'.join(member.parts))}: damaged")

    def read(self):
        if self._problem:
            raise self._problem
        tree = self._taker.tree
        if self._inner.exists():
            inner = read_inner(self._inner, self._inner_name, self._deep + 1)
            inner.time = tree.time
            tree = inner
        if not tree.taken:
            raise UserError(no_sources(tree))
        tree.notes += [self._note] if self._note else []
        return tree


def read_all(read):
    data = read(INNER_MAX + 1)
    if len(data) > INNER_MAX:
        raise UserError(f"an archive of more than {INNER_MAX} bytes")
    return data


def read_inner(path, parts, deep=0):
    """The Tree of an archive that was found under that name. A UserError
    names it."""
    try:
        return read_archive(path, deep)
    except UserError as error:
        if not parts:
            raise
        raise UserError(f"{shown('/'.join(parts))}: {error}") from None


def read_archive(path, deep=0):
    """The Tree of an archive. Raises UserError."""
    with closing(open_archive(path)) as archive, \
            tempfile.TemporaryDirectory(prefix="calf-") as scratch:
        inside = {member: member.parts for member in archive.members
                  if not member.outside}
        if archive.members and not inside:
            raise UserError("all names in it begin with / or have .. in them, "
                            "and lead out of the archive: pack the folder "
                            "kernel/ from where it is")
        part = Part(inside, scratch, deep)
        for member, read in archive.read(part.wanted):
            part.put(member, read)
        tree = part.read()
    # Its content was not submitted later than the archive itself.
    tree.time = path.stat().st_mtime
    return tree
