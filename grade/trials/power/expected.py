"""grade/trials/power/expected.py: a model of the files in one directory, as
calls must leave them.

Each method with the name of a call makes it, or raises Refused. Paths are
relative to that directory.
"""

import errno
import zlib

from grade.trials.power.volume import DIRECTORY, REGULAR, Seen

PERIOD = 251            # the same as in grade/trials/programs/power.c


def pattern(length, seed):
    """The bytes that the guest writes."""
    unit = bytes((seed + i) & 255 for i in range(PERIOD))
    return (unit * (length // PERIOD + 1))[:length]


class Refused(Exception):
    """A call fails. The argument is its error number."""


class File:
    def __init__(self, data=b""):
        self.data = data
        self.nlink = 1
        self._sum = None

    def write(self, data, at):
        head = self.data[:at].ljust(at, b"\0")
        self.data = head + data + self.data[at + len(data):]
        self._sum = None

    def truncate(self):
        self.data = b""
        self._sum = None

    def sum(self):
        if self._sum is None:
            self._sum = zlib.crc32(self.data)
        return self._sum


def check_kinds(moved, replaced):
    """Check that a rename may replace a file of this kind by one of that
    kind."""
    if isinstance(moved, dict) and not isinstance(replaced, dict):
        raise Refused(errno.ENOTDIR)
    if isinstance(replaced, dict) and not isinstance(moved, dict):
        raise Refused(errno.EISDIR)


class Model:
    """A directory is a dict of Files and dicts."""

    def __init__(self, files):
        """`files` are the bytes of the files that exist at first, by name."""
        self._root = {name: File(data) for name, data in files.items()}
        self._held = None
        self._held_at = 0

    def _place(self, path):
        """The directory that contains the path's last part, and that part."""
        *parents, name = path.split("/")
        folder = self._root
        for part in parents:
            if not isinstance(folder, dict):
                raise Refused(errno.ENOTDIR)
            if part not in folder:
                raise Refused(errno.ENOENT)
            folder = folder[part]
        if not isinstance(folder, dict):
            raise Refused(errno.ENOTDIR)
        return folder, name

    def _find(self, path):
        folder, name = self._place(path)
        if name not in folder:
            raise Refused(errno.ENOENT)
        return folder[name]

    def _file(self, path, refusal=errno.EISDIR):
        found = self._find(path)
        if isinstance(found, dict):
            raise Refused(refusal)
        return found

    def create(self, path):
        folder, name = self._place(path)
        if isinstance(folder.setdefault(name, File()), dict):
            raise Refused(errno.EISDIR)

    def write(self, path, length, seed, at):
        self._file(path).write(pattern(int(length), int(seed)), int(at))

    def append(self, path, length, seed):
        file = self._file(path)
        file.write(pattern(int(length), int(seed)), len(file.data))

    def truncate(self, path):
        self._file(path).truncate()

    def link(self, old, new):
        found = self._file(old, errno.EPERM)
        folder, name = self._place(new)
        if name in folder:
            raise Refused(errno.EEXIST)
        folder[name] = found
        found.nlink += 1

    def unlink(self, path):
        if isinstance(self._find(path), dict) and self._find(path):
            raise Refused(errno.ENOTEMPTY)
        self._drop(*self._place(path))

    @staticmethod
    def _drop(folder, name):
        found = folder.pop(name, None)
        if isinstance(found, File):
            found.nlink -= 1

    def rename(self, old, new):
        source, old_name = self._place(old)
        folder, name = self._place(new)
        moved = self._find(old)
        if folder.get(name) is moved:
            return
        replaced = folder.get(name)
        if replaced is not None:
            check_kinds(moved, replaced)
        if isinstance(moved, dict) and f"{new}/".startswith(f"{old}/"):
            raise Refused(errno.EINVAL)
        if isinstance(replaced, dict) and replaced:
            raise Refused(errno.ENOTEMPTY)
        self._drop(folder, name)
        folder[name] = source.pop(old_name)

    def mkdir(self, path):
        folder, name = self._place(path)
        if name in folder:
            raise Refused(errno.EEXIST)
        folder[name] = {}

    def hold(self, path):
        self._held = self._file(path)
        self._held_at = 0

    def fill(self, length, seed):
        """Write to the held file, which may have no name any more."""
        self._check_held()
        self._held.write(pattern(int(length), int(seed)), self._held_at)
        self._held_at += int(length)

    def release(self):
        self._check_held()
        self._held = None

    def _check_held(self):
        if self._held is None:
            raise Refused(errno.EBADF)

    def call(self, name, words):
        """Make the call of that name. Returns its error number, or 0."""
        try:
            getattr(self, name)(*words)
        except Refused as why:
            return why.args[0]
        return 0

    def seen(self):
        """All that a reader of the disk must see, in the form of
        Volume.tree()."""
        found, first = [], {}
        self._walk(self._root, "", found, first)
        return tuple(sorted(found))

    def _walk(self, folder, path, found, first):
        for name, child in sorted(folder.items()):
            here = f"{path}/{name}"
            if isinstance(child, dict):
                found.append(Seen(here, DIRECTORY, 1, 0, 0, here))
                self._walk(child, here, found, first)
            else:
                same = first.setdefault(id(child), here)
                found.append(Seen(here, REGULAR, child.nlink,
                                  len(child.data), child.sum(), same))
