"""grade/outside/sv39.py: an address space, walked as the hardware does
(RISC-V privileged specification, section "Sv39")."""

from dataclasses import dataclass

from grade.outside.ram import PAGE

V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
RSW = 3 << 8            # two bits that mean what the kernel likes
FLAGS = (1 << 10) - 1
SATP_SV39 = 8
PPN = (1 << 44) - 1
TOP_LEVEL = 2


class NotSv39(Exception):
    """The hart translates some other way."""


@dataclass(frozen=True)
class Page:
    """A page of 4 KiB that user code may use, and its frame."""

    va: int
    pa: int
    flags: int

    @property
    def writable(self):
        return bool(self.flags & W)

    def __str__(self):
        return f"{self.va:#x} -> frame {self.pa:#x}, {rights(self.flags)}"


def rights(flags):
    """In words, such as "R-X, user, not writable"."""
    letters = "".join(name if flags & bit else "-"
                      for name, bit in (("R", R), ("W", W), ("X", X)))
    return ", ".join([letters, "user" if flags & U else "kernel",
                      "writable" if flags & W else "not writable"])


def in_words(flags, own):
    """Each flag by name, such as "read, user, accessed". `own` has the names
    of the kernel's own bits, by bit."""
    names = {R: "read", W: "write", X: "execute", U: "user", G: "global",
             A: "accessed", D: "dirty", **own}
    return ", ".join(name for bit, name in names.items() if flags & bit)


def walk(ram, root, va):
    """The entries on the way to va: (level, address of the entry, entry),
    until one is not valid or maps a page."""
    table = root
    for level in range(TOP_LEVEL, -1, -1):
        address = table + (va >> 12 + 9 * level & 511) * 8
        entry = ram.word(address)
        yield level, address, entry
        if not entry & V or entry & (R | W | X):
            return
        table = frame_of(entry)
        if not ram.has(table):
            return


def frame_of(entry):
    """The physical address that an entry leads to."""
    return (entry >> 10 & PPN) * PAGE


class AddressSpace:
    """`pages` has the user's pages by virtual address, `tables` the frames of
    all tables on the way."""

    def __init__(self, ram, root):
        self.root = root
        self.pages = {}
        self.tables = set()
        self._walk(ram, root, TOP_LEVEL, 0)

    def _walk(self, ram, table, level, base):
        if not ram.has(table):
            return
        self.tables.add(table)
        span = PAGE << 9 * level
        for index, entry in enumerate(ram.page_words(table)):
            if not entry & V:
                continue
            va = base + index * span
            pa = frame_of(entry)
            if not entry & (R | W | X):
                if level > 0:
                    self._walk(ram, pa, level - 1, va)
            elif entry & U:
                self._add(va, pa & -span, span, entry & FLAGS)

    def _add(self, va, pa, span, flags):
        """A large page is as many small ones."""
        for offset in range(0, span, PAGE):
            self.pages[va + offset] = Page(va + offset, pa + offset, flags)


def root_of(satp):
    """Where the root table is; None if nothing is translated."""
    mode = satp >> 60
    if mode == 0:
        return None
    if mode != SATP_SV39:
        raise NotSv39(f"satp is {satp:#x}, mode {mode}: the grader reads "
                      "page tables of Sv39 (mode 8) only")
    return (satp & PPN) * PAGE
