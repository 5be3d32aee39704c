"""grade/trials/power/volume.py: read the file system on a disk as a mount
would.

`kernel/abi/fs.h` describes the format. Nothing is written: a transaction in
the journal is laid over the blocks.
"""

import functools
import struct
import zlib
from collections import namedtuple

BLOCK = 4096
MAGIC = 0x31464c4143
SUPER = struct.Struct("<QIIII8I")
JOURNAL_MAGIC = 0x4c4f474c
HEADER = struct.Struct("<IIQ")
INODE = struct.Struct("<hhHHQ12I")
DIRENT = struct.Struct("<H14s")
DIRECTORY, REGULAR = 1, 2
NDIRECT, NINDIRECT = 10, BLOCK // 4
ROOT = 1
MASK = (1 << 64) - 1

Region = namedtuple("Region", "start blocks")
Inode = namedtuple("Inode", "type nlink major minor size map")
# A file as a program sees it. `same` is the first path that leads to the same
# file, and `sum` is a checksum of its bytes.
Seen = namedtuple("Seen", "path type nlink size sum same")


class Unsound(Exception):
    """The disk is not sound."""


class Layout:
    """The places of the regions. The superblock is never written again."""

    def __init__(self, block):
        fields = SUPER.unpack_from(block)
        if fields[0] != MAGIC:
            raise Unsound("no superblock")
        self.nblocks, self.ninodes = fields[3:5]
        self.journal, self.inodes, self.bitmap, self.data = (
            Region(*fields[i:i + 2]) for i in range(5, 13, 2))


@functools.lru_cache(maxsize=256)
def transaction(header, slots):
    """The home blocks of the transaction that a header describes. There are
    none if the header is not valid."""
    magic, count, checksum = HEADER.unpack_from(header)
    if magic != JOURNAL_MAGIC or not 0 < count <= slots:
        return ()
    homes = struct.unpack_from(f"<{count}I", header, HEADER.size)
    total = (0xcbf29ce484222325 ^ count) * 0x100000001b3 & MASK
    for home in homes:
        total = (total ^ home) * 0x100000001b3 & MASK
    return homes if total == checksum else ()


def recovered(layout, block):
    """What a mount writes to each block, on the disk whose blocks that
    function returns."""
    start = layout.journal.start
    homes = transaction(block(start), layout.journal.blocks - 1)
    return {home: block(start + 1 + i) for i, home in enumerate(homes)}


class Volume:
    """The files on a disk. `block(number)` returns a block as it is after a
    mount."""

    def __init__(self, layout, block):
        self._layout = layout
        self._block = block

    def _inode(self, number):
        if not 0 < number < self._layout.ninodes:
            raise Unsound(f"inode {number}: does not exist")
        per_block = BLOCK // INODE.size
        fields = INODE.unpack_from(
            self._block(self._layout.inodes.start + number // per_block),
            number % per_block * INODE.size)
        return Inode(*fields[:5], fields[5:])

    def _data(self, number):
        if number == 0:
            return bytes(BLOCK)
        if not self._layout.data.start <= number < self._layout.nblocks:
            raise Unsound(f"block {number}: not a data block")
        return self._block(number)

    def _table(self, number):
        return struct.unpack(f"<{NINDIRECT}I", self._data(number))

    def _blocks(self, inode):
        """The numbers of the blocks of a file, as many as its size says."""
        count = -(-inode.size // BLOCK)
        numbers = list(inode.map[:NDIRECT])
        if count > len(numbers):
            numbers += self._table(inode.map[NDIRECT])
        if count > len(numbers):
            for table in self._table(inode.map[NDIRECT + 1]):
                if len(numbers) >= count:
                    break
                numbers += self._table(table)
        return numbers[:count]

    def _content(self, inode):
        whole = b"".join(self._data(n) for n in self._blocks(inode))
        return whole[:inode.size]

    def _entries(self, inode):
        if inode.size % DIRENT.size:
            raise Unsound("half an entry in a directory")
        for number, name in DIRENT.iter_unpack(self._content(inode)):
            name = name.partition(b"\0")[0].decode("latin-1")
            if number and name not in (".", ".."):
                yield name, number

    def blocks(self, path):
        """The numbers of the file's blocks, 0 for a hole."""
        return self._blocks(self._inode(self.find(path)))

    def all_blocks(self, number):
        """The blocks of that inode, and the tables that lead to them."""
        inode = self._inode(number)
        found = {*self._blocks(inode), *inode.map[NDIRECT:]}
        if inode.map[-1]:
            found.update(self._table(inode.map[-1]))
        return found - {0}

    def tender(self, number=ROOT):
        """The blocks of directories and of tables, from that directory on."""
        found = self.all_blocks(number)
        for _, child in self._entries(self._inode(number)):
            inode = self._inode(child)
            if inode.type == DIRECTORY:
                found |= self.tender(child)
            else:
                found |= self.all_blocks(child) - {*self._blocks(inode)}
        return found

    def find(self, path):
        """The number of the inode of that name."""
        number = ROOT
        for part in filter(None, path.split("/")):
            entries = dict(self._entries(self._inode(number)))
            number = entries.get(part)
            if number is None:
                raise Unsound(f"{path}: does not exist")
        return number

    def tree(self, number=ROOT):
        """All files below that directory, as a tuple of Seen."""
        seen, first = [], {}
        self._walk(number, "", seen, first)
        return tuple(sorted(seen))

    def _walk(self, number, path, seen, first):
        if path.count("/") > 64:
            raise Unsound("endlessly nested directories")
        for name, child in sorted(self._entries(self._inode(number))):
            self._see(child, f"{path}/{name}", seen, first)

    def _see(self, number, path, seen, first):
        inode = self._inode(number)
        same = first.setdefault(number, path)
        if inode.type == DIRECTORY:
            seen.append(Seen(path, DIRECTORY, 1, 0, 0, same))
            self._walk(number, path, seen, first)
        else:
            data = self._content(inode) if inode.type == REGULAR else b""
            seen.append(Seen(path, inode.type, inode.nlink, inode.size,
                             zlib.crc32(data), same))
