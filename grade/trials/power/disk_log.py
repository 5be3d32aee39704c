"""grade/trials/power/disk_log.py: read QEMU's record of what a guest wrote to
its disk.

QEMU's driver blklogwrites keeps the format of Linux's dm-log-writes: a sector
that describes the log, then for each request a sector that describes it,
followed by its data. A request is a write of whole sectors, or a flush.
"""

import struct
from dataclasses import dataclass

from grade.machine.host.build import UserError

SECTOR = 512
BLOCK = 4096
MAGIC = 0x6a736677736872
HEAD = struct.Struct("<QQQI")           # magic, version, entries, sector size
ENTRY = struct.Struct("<QQQQ")          # sector, sectors, flags, bytes of data
FLUSH = 1


@dataclass(frozen=True)
class Write:
    """A block that was written."""

    block: int
    data: bytes


class Log:
    """`requests` are Writes, and None for a flush. `ends` has the number of
    requests in the file at each size that it had after a request."""

    def __init__(self, path):
        data = path.read_bytes()
        self.requests = []
        self.ends = {0: 0, SECTOR: 0}
        if not data:
            return              # nothing was written
        magic, version, _, sector = HEAD.unpack_from(data)
        if (magic, version, sector) != (MAGIC, 1, SECTOR):
            raise UserError(f"{path}: not a file of blklogwrites")
        at = SECTOR
        while at < len(data):
            at = self._read(data, at)
            self.ends[at] = len(self.requests)

    def _read(self, data, at):
        sector, count, flags, length = ENTRY.unpack_from(data, at)
        at += SECTOR
        if flags == FLUSH and count == 0:
            self.requests.append(None)
            return at
        if flags or length or count * SECTOR % BLOCK \
                or sector * SECTOR % BLOCK:
            raise UserError(f"a request that Calf does not make: sector "
                            f"{sector}, {count} sectors, flags {flags}")
        # QEMU combines requests that follow each other on the disk.
        for block in range(count * SECTOR // BLOCK):
            self.requests.append(Write(sector * SECTOR // BLOCK + block,
                                       data[at:at + BLOCK]))
            at += BLOCK
        return at
