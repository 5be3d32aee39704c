"""grade/machine/sv39.py: read an address space as the hardware does (RISC-V
privileged specification, section "Sv39")."""

from dataclasses import dataclass

from grade.machine.ram import PAGE

V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
RSW = 3 << 8            # two bits for the kernel's own use
FLAGS = (1 << 10) - 1
SATP_SV39 = 8
PPN = (1 << 44) - 1
TOP_LEVEL = 2
PAGES_PER_FRAME = 4     # of RAM, in one address space
FRAMES_PER_TABLE = 8    # one that maps each frame of RAM needs a table for 512


class BadTables(Exception):
    """The tables cannot be read. The text says why."""


class NotSv39(BadTables):
    """The hart uses another translation mode."""


@dataclass(frozen=True)
class Page:
    """A page of 4 KiB that user code can use, and its frame."""

    va: int
    pa: int
    flags: int

    @property
    def writable(self):
        return bool(self.flags & W)

    def __str__(self):
        return f"{self.va:#x} -> frame {self.pa:#x}, {rights(self.flags)}"


def rights(flags):
    """The rights in words, such as "R-X, user, not writable"."""
    letters = "".join(name if flags & bit else "-"
                      for name, bit in (("R", R), ("W", W), ("X", X)))
    return ", ".join([letters, "user" if flags & U else "kernel",
                      "writable" if flags & W else "not writable"])


def in_words(flags, own):
    """The flags by name, such as "read, user, accessed". `own` has the names
    of the kernel's own bits, by bit."""
    names = {R: "read", W: "write", X: "execute", U: "user", G: "global",
             A: "accessed", D: "dirty", **own}
    return ", ".join(name for bit, name in names.items() if flags & bit)


def walk(ram, root, va):
    """Yield the entries on the way to va: (level, address of the entry,
    entry), until one is invalid or maps a page."""
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
    all page tables. Raises BadTables if there are too many of them."""

    def __init__(self, ram, root):
        self.root = root
        self.pages = {}
        self.tables = set()
        frames = ram.size // PAGE
        self._pages_most = frames * PAGES_PER_FRAME
        self._tables_left = self._tables_most = frames // FRAMES_PER_TABLE
        self._walk(ram, root, TOP_LEVEL, 0)

    def _walk(self, ram, table, level, base):
        if not ram.has(table):
            return
        self._tables_left -= 1
        if self._tables_left < 0:
            self._refuse(f"more than {self._tables_most} page tables: do "
                         "entries lead back to a table above?")
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
        """A large page counts as many small ones."""
        if len(self.pages) + span // PAGE > self._pages_most:
            self._refuse(f"more than {self._pages_most} user pages of 4 KiB, "
                         f"{PAGES_PER_FRAME} for each frame of RAM")
        for offset in range(0, span, PAGE):
            self.pages[va + offset] = Page(va + offset, pa + offset, flags)

    def _refuse(self, what):
        raise BadTables(f"the root table in frame {self.root:#x} leads to "
                        f"{what}")


def root_of(satp):
    """The address of the root table, or None if there is no translation."""
    mode = satp >> 60
    if mode == 0:
        return None
    if mode != SATP_SV39:
        raise NotSv39(f"satp is {satp:#x}, mode {mode}: the grader reads "
                      "page tables of Sv39 (mode 8) only")
    return (satp & PPN) * PAGE
