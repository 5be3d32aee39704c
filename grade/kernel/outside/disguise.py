"""grade/kernel/outside/disguise.py: give programs new names and sizes for each
boot, so that a kernel cannot tell by them that it is graded."""

import random
import secrets
import string
import struct
from pathlib import Path

LOAD = 1                # the type of a loaded segment of an ELF file
PAGE = 4096
PAGES_MAX = 16          # the most additional pages of zeros
NAME_LENGTH = 8
SIZE_AT = 40            # offset of the size in memory in a program header
ADDRESS_AT = 16


def disguise(items, folder):
    """Make copies of the items in the folder, with new names and with more
    zeros at the end of their data. Returns the copies, and the new names in
    /bin by the old ones."""
    renamed, names = {}, {}
    for guest, item in items.items():
        old = guest.rpartition("/")[2]
        names[old] = new = a_name()
        file = Path(folder) / new
        file.write_bytes(enlarged(Path(item.partition("=")[2]).read_bytes(),
                                  random.randrange(PAGES_MAX)))
        renamed[f"/bin/{new}"] = f"/bin/{new}={file}"
    return renamed, names


def a_name():
    return "".join(secrets.choice(string.ascii_lowercase)
                   for _ in range(NAME_LENGTH))


def enlarged(elf, pages):
    """The ELF file with that many additional pages of zeros after its last
    segment."""
    start, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    headers = [start + index * size for index in range(count)
               if struct.unpack_from("<I", elf, start + index * size)[0]
               == LOAD]
    last = max(headers, key=lambda at: struct.unpack_from(
        "<Q", elf, at + ADDRESS_AT))
    elf = bytearray(elf)
    length, = struct.unpack_from("<Q", elf, last + SIZE_AT)
    struct.pack_into("<Q", elf, last + SIZE_AT, length + pages * PAGE)
    return bytes(elf)
