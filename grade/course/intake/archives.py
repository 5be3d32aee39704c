"""grade/course/intake/archives.py: archives of any kind, as a list of members.

The list comes first, and then only the wanted members are read, so the others
cost nothing in a .zip. A tar must be unpacked to skip them, so its whole size
is limited.
"""

import bz2
import lzma
import stat
import tarfile
import time
import zipfile
import zlib
from dataclasses import dataclass

from grade.machine.host.build import UserError

ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz",
           ".tar.zst", ".tzst", ".zip")
KINDS = "a .zip or .tar (.gz, .bz2, .xz)"
SCANNED_MAX = 256 << 20         # bytes unpacked to list a tar
MEMBERS_MAX = 60_000            # of an archive
LIST_MAX = 16 << 20             # bytes of a .zip's list of members
TIME_MAX = 1 << 34              # of a member; a later one is nonsense
CHUNK = 1 << 16                 # read at a time
FOREIGN = {b"Rar!": ".rar", b"7z\xbc\xaf": ".7z"}


def is_archive(name):
    return name.lower().endswith(ENDINGS)


def without_ending(name):
    """The name of an archive without the suffix for its kind."""
    longest = max((end for end in ENDINGS if name.lower().endswith(end)),
                  key=len, default="")
    return name[:len(name) - len(longest)]


@dataclass(eq=False)
class Member:
    """A file in an archive. `parts` is its name; `why` says why it cannot be
    taken; `outside` says that its name leads out of the archive; `time` is in
    seconds, by the clock of the machine that packed it."""

    parts: tuple
    size: int
    time: float
    why: str
    outside: bool
    entry: object


def parts_of(name):
    """The parts of a name, without those that lead out of a folder. Windows
    may have packed it, so \\ is a separator as well."""
    return tuple(part for part in name.replace("\\", "/").split("/")
                 if part not in ("", ".", ".."))


def leads_out(name):
    return name.startswith(("/", "\\")) \
        or ".." in name.replace("\\", "/").split("/")


def date_of(entry):
    """The time of a member of a .zip, in seconds; it may be nonsense."""
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0


def open_archive(path):
    """A Zip or Tar. Raises UserError if it is neither."""
    with open(path, "rb") as file:
        head = file.read(6)
    if not head:
        raise UserError("an empty file, not a sound archive")
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise UserError(f"a {kind} cannot be read here: make it {KINDS}")
    try:
        return Zip(path) if head.startswith(b"PK") else Tar(path, head)
    except UserError:
        raise
    except Exception:       # the libraries raise anything for a broken archive
        raise UserError(f"neither a folder nor a sound archive: {KINDS}") \
            from None


class Zip:
    def __init__(self, path):
        check_list(path)
        self._archive = zipfile.ZipFile(path)
        self.close = self._archive.close
        self.members, self.folders = [], []
        for entry in self._archive.infolist():
            name = name_in_zip(entry)
            if name.endswith(("/", "\\")):
                self.folders.append(parts_of(name))
            else:
                self.members.append(Member(
                    parts_of(name), entry.file_size, date_of(entry),
                    refusal_in_zip(entry), leads_out(name), entry))

    def read(self, wanted):
        """Each (member, read) of those wanted, where read(n) gives its first n
        bytes."""
        for member in self.members:
            if member in wanted:
                yield member, self._reader(member)

    def _reader(self, member):
        def read(size):
            with self._archive.open(member.entry) as stream:
                return stream.read(size)
        return read


def refusal_in_zip(entry):
    """Why a member cannot be taken, or "". Other compressions cannot be
    unpacked within a limit."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 1:
        return "it needs a password"
    if kind not in (0, stat.S_IFREG):
        return "not a regular file"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "its compression is not deflate, the usual one of a .zip"
    return ""


def check_list(path):
    """Raise UserError if the list of members would take too long to read."""
    with open(path, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65_557))
        tail = file.read()
    end = tail[tail.rfind(b"PK\5\6"):]
    if int.from_bytes(end[10:12], "little") > MEMBERS_MAX \
            or int.from_bytes(end[12:16], "little") > LIST_MAX:
        raise UserError(f"more than {MEMBERS_MAX} files")


def name_in_zip(entry):
    """Decode the name: macOS writes UTF-8 without saying so."""
    if entry.flag_bits & 0x800:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.orig_filename


class Bounded:
    """A file of which at most SCANNED_MAX bytes can be read."""

    def __init__(self, file):
        self._file = file
        self._left = SCANNED_MAX

    def read(self, size):
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise too_much()
        return data


def too_much():
    return UserError(f"unpacks to more than {SCANNED_MAX} bytes")


class Gunzip:
    """A file with the content of a .gz. It checks the checksums, and ignores
    whatever follows the last member, as gzip does."""

    MAGIC = b"\x1f\x8b"
    FORM = 16 + zlib.MAX_WBITS      # with the header and the sum of a .gz

    def __init__(self, path):
        self._file = open(path, "rb")
        self._member = zlib.decompressobj(self.FORM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self, size):
        data = b""
        while not data:
            if self._member.eof:
                packed = self._member.unused_data
                packed += self._file.read(CHUNK)
                if not packed.startswith(self.MAGIC):
                    break
                self._member = zlib.decompressobj(self.FORM)
            else:
                packed = self._member.unconsumed_tail \
                    or self._file.read(CHUNK)
                if not packed:
                    raise EOFError
            data = self._member.decompress(packed, size)
        return data


def unpacked(path, head):
    """A file with the content of a compressed one."""
    if head.startswith(Gunzip.MAGIC):
        return Gunzip(path)
    if head.startswith(b"BZh"):
        return bz2.open(path)
    if head.startswith(b"\xfd7zXZ"):
        return lzma.open(path)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return open_zstd(path)
    return open(path, "rb")


def open_zstd(path):
    try:
        from compression import zstd
    except ImportError:         # before Python 3.14
        raise UserError(f"a .tar.zst cannot be read here: make it {KINDS}") \
            from None
    return zstd.open(path)


class Header(tarfile.TarInfo):
    """The header of a member. tarfile itself takes a damaged one, or the end
    of a file that was cut short, for the end of the archive."""

    @classmethod
    def fromtarfile(cls, archive):
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # zeros: the end
            raise
        except tarfile.HeaderError as error:
            raise ValueError(f"a damaged header: {error}") from None


class Tar:
    def __init__(self, path, head):
        self._path, self._head = path, head
        self.members, self.folders = [], []
        for entry, _ in self._scan():
            self._list(entry)
            if len(self.members) + len(self.folders) > MEMBERS_MAX:
                raise UserError(f"more than {MEMBERS_MAX} files")

    def close(self):
        """Each scan closes what it has opened."""

    def _list(self, entry):
        if entry.size > SCANNED_MAX:    # tarfile would count up to it
            raise too_much()
        if entry.isdir():
            self.folders.append(parts_of(entry.name))
            return
        plain = entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) \
            and not entry.issparse()
        self.members.append(Member(
            parts_of(entry.name), entry.size,
            entry.mtime if 0 <= entry.mtime < TIME_MAX else 0,
            "" if plain else "not a regular file", leads_out(entry.name),
            entry.offset))

    def _scan(self):
        with unpacked(self._path, self._head) as file:
            stream = Bounded(file)
            with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8",
                              errors="surrogateescape",
                              tarinfo=Header) as archive:
                for entry in archive:
                    yield entry, archive
            while stream.read(CHUNK):   # the checksums are at the end
                pass

    def read(self, wanted):
        """The same as in Zip."""
        members = {member.entry: member for member in wanted}
        for entry, archive in self._scan():
            if entry.offset in members:
                stream = archive.extractfile(entry)
                yield members[entry.offset], \
                    stream.read if stream else refuse_to_read


def refuse_to_read(_size):
    raise UserError("not a regular file")
