"""grade/kernel/model/space.py: read the user's half of an address space from
outside. It must be fast, because it is read thousands of times."""

from grade.machine.sv39 import R, U, V, W, X, frame_of

HALF = 256              # entries of a root table that belong to the user


class Crossed(Exception):
    """The page tables are invalid. The text says what is wrong."""


def find(ram, root, va):
    """The physical address of a byte of the user, or None if it is not
    mapped."""
    table = root
    for level in (2, 1, 0):
        if not ram.has(table):
            return None
        entry = ram.word(table + (va >> 12 + 9 * level & 511) * 8)
        if not entry & V:
            return None
        table = frame_of(entry)
        if entry & (R | W | X):
            return table + va % 4096 if level == 0 and ram.has(table) else None
    return None


def entries(ram, table, count=512):
    """(index, entry) of the valid entries."""
    if not ram.has(table):
        raise Crossed(f"a page table at {table:#x}, outside of RAM")
    return [(index, entry) for index, entry
            in enumerate(ram.page_words(table)[:count]) if entry & V]


def user_pages(ram, root):
    """Returns the entries by page number, and the frames of the tables."""
    pages, tables = {}, {root}
    for high, upper in entries(ram, root, HALF):
        if upper & (R | W | X):
            raise Crossed(f"a page of 1 GiB at {high << 30:#x}")
        for middle, lower in entries(ram, frame_of(upper)):
            if lower & (R | W | X):
                raise Crossed(
                    f"a page of 2 MiB at {high << 30 | middle << 21:#x}")
            base = (high << 18) | (middle << 9)
            tables.add(frame_of(lower))
            for low, entry in entries(ram, frame_of(lower)):
                if entry & U or entry & (R | W | X):
                    pages[base | low] = entry
        tables.add(frame_of(upper))
    return pages, tables
