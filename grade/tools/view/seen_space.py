"""grade/tools/view/seen_space.py: address spaces of the stopped machine, and
what the files of programs say about them."""

import struct

from grade.machine.host.build import ROOT
from grade.machine.ram import PAGE
from grade.machine.sv39 import FLAGS, V, AddressSpace, BadTables
from grade.machine.user_programs import OWN_SHELL

ACCESSED_DIRTY = 3 << 6                 # bits that the hart itself may set
SIGNIFICANT = FLAGS & ~ACCESSED_DIRTY
STRING_MAX = 256


class Space:
    """An address space. It is walked again when one of its tables has
    changed."""

    def __init__(self, ram, root):
        self._ram = ram
        self.root = root
        self.tables = {}
        self.pages = {}
        self.refresh()

    def refresh(self):
        """Read it again. Returns true if pages have changed."""
        if self.tables and all(self._ram.page(table) == data
                               for table, data in self.tables.items()):
            return False
        space = AddressSpace(self._ram, self.root)
        self.tables = {table: self._ram.page(table)
                       for table in space.tables}
        pages = {va: (page.pa, page.flags & SIGNIFICANT)
                 for va, page in space.pages.items()}
        changed = pages != self.pages
        if changed:
            self.pages = pages
        return changed

    def read(self, va, count):
        data = b""
        while count > 0:
            frame, _ = self.pages.get(va & -PAGE, (None, 0))
            if frame is None or not self._ram.has(frame):
                break
            offset = va % PAGE
            piece = self._ram.page(frame)[offset:offset + count]
            data += piece
            va += len(piece)
            count -= len(piece)
        return data

    def string(self, va):
        return self.read(va, STRING_MAX).partition(b"\0")[0] \
            .decode(errors="replace")


def roots_like(ram, space, known):
    """Find the address spaces in RAM that have the same pages as `space`, and
    a root that is not in `known`. Returns their tables, with the contents, by
    root."""
    own = ram.page_words(space.root)
    first = next(i for i, entry in enumerate(own) if entry & V)
    shape = [entry & FLAGS for entry in own]
    found = {}
    for root in ram.pages_with(first, shape[first], FLAGS):
        if root in known or [entry & FLAGS for entry
                             in ram.page_words(root)] != shape:
            continue
        try:
            other = Space(ram, root)
        except BadTables:       # not a root, although it looks like one
            continue
        if other.pages.keys() == space.pages.keys():
            found[root] = other.tables
    return found


class Elf:
    """The host's file of a program: it says where the program begins, and
    which part of it is at an address."""

    def __init__(self, path):
        data = path.read_bytes()
        self.entry, table = struct.unpack_from("<QQ", data, 24)
        size, count = struct.unpack_from("<HH", data, 54)
        self.segments = []
        for i in range(count):
            kind, flags, _, va, _, _, length = struct.unpack_from(
                "<IIQQQQQ", data, table + i * size)
            if kind == 1 and length:            # PT_LOAD
                self.segments.append((va & -PAGE, va + length,
                                      "text" if flags & 1 else
                                      "data" if flags & 2 else "constants"))

    def part(self, va):
        for start, end, name in self.segments:
            if start <= va < end:
                return name
        return None


def read_programs(items):
    """The Elf of each program among the items of a disk image, by name."""
    found = {}
    for guest, item in items.items():
        host = item.partition("=")[2]
        if (guest.startswith("/bin/") or guest == OWN_SHELL) and host:
            found[guest.rpartition("/")[2]] = Elf(ROOT / host)
    return found
