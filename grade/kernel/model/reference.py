"""grade/kernel/model/reference.py: the model: what memory must contain.

Each process has plain copies of all its pages, and nothing is shared. Beside
its bytes a page has a Frame, which says only which pages may have the same
frame: a fork adds owners, and a write makes a new frame.

A kernel may leave the pages of a new program to be made when they are touched.
Such a page is not `made`: it may be absent, touching it may take frames, and
may kill the process if memory is exhausted. A write makes it.

A page of `zeros` was promised by a call and not written to yet. A load from it
takes no frame, but perhaps page tables.
"""

import struct
import zlib
from dataclasses import dataclass, field

from grade.kernel.model.layout import PAGE, STACK_BYTES, USER_TOP, R, W

ZEROS = bytes(PAGE)
STACK_PAGES = STACK_BYTES // PAGE
OWN_STACK = STACK_PAGES // 2            # the upper ones are the subject's
EPERM, ECHILD, EAGAIN, ENOMEM, EFAULT, EINVAL, ENOSYS = (
    1, 10, 11, 12, 14, 22, 38)
CODE = 2048             # seeds from this one on mean code
RET = 0x8067
NAMES = {1024: b"/bin/model0\0", 1025: b"/bin/no\0"}

TO_TOUCH = 3            # frames for a page that is not made, and its tables

SHARES_NOTHING, SHARES_READ_ONLY, SHARES_ALL = range(3)

PROCESS_BYTES = 256 << 10               # of RAM for each possible process
PROCESSES_KEPT = 24

_RAMP = bytes(7 * index + (index >> 8) & 255 for index in range(65536))
_PLUS = [bytes((value + seed) & 255 for value in range(256))
         for seed in range(256)]


def pattern(seed, size):
    """The bytes that a store with that seed writes."""
    if seed >= CODE:
        return code(seed - CODE)[:size]
    if seed in NAMES:
        return (NAMES[seed] + bytes(size))[:size]
    ramp = _RAMP * (size // len(_RAMP) + 1)
    return ramp[:size].translate(_PLUS[seed & 255])


def code(number):
    """Instructions that return the number: li a0, number; ret."""
    return struct.pack("<2I", number << 20 | 0x513, RET)


def code_result(data):
    """What the instructions return, or None if they are not such code."""
    first, second = struct.unpack("<2I", data)
    return first >> 20 if first & 0xfffff == 0x513 and second == RET \
        and first >> 20 < 2048 else None


@dataclass(frozen=True)
class Taken:
    """The number of frames that an operation takes, with bounds."""

    least: int = 0
    most: int = 0

    def __str__(self):
        return f"{self.least}" if self.least == self.most \
            else f"{self.least} to {self.most}"

    def __add__(self, other):
        return Taken(self.least + other.least, self.most + other.most)


class Frame:
    """A frame, as the number of pages that may have it. `leaving` are those of
    processes that have ended, but perhaps not yet dropped their memory."""

    __slots__ = ("owners", "leaving")

    def __init__(self):
        self.owners, self.leaving = 1, 0


class Page:
    """`loaded` are zeros that the page table has an entry for."""

    __slots__ = ("rights", "data", "frame", "made", "zeros", "loaded")

    def __init__(self, rights, data, frame=None, made=True, zeros=False,
                 loaded=False):
        self.rights = rights
        self.data = data
        self.frame = frame or Frame()
        self.made = made
        self.zeros = zeros
        self.loaded = loaded

    def with_rights(self, rights):
        return Page(rights, self.data, self.frame, self.made, self.zeros,
                    self.loaded)

    @property
    def has_table(self):
        return self.made or self.loaded

    def write_needs_frame(self):
        """Whether a write may need a frame."""
        return self.frame.owners + self.frame.leaving > 1 or not self.made


def pages_of(va, size):
    """The numbers of all pages in a range; an empty one counts as one byte."""
    return range(va // PAGE, (va + max(size, 1) - 1) // PAGE + 1)


class Memory:
    """The address space of a process. `own` are pages that the subject itself
    writes to, so that their bytes are not known. If the kernel is `lazy`, exec
    makes only these."""

    def __init__(self, layout, heap, lazy):
        self.pages = {number: Page(rights, data, made=not lazy
                                   or number in layout.own)
                      for number, (rights, data) in layout.pages().items()}
        self.heap = self.brk = heap
        top = heap // PAGE
        for number in range(top - STACK_PAGES, top):
            self.pages[number] = Page(R | W, ZEROS)
        self.own = layout.own | set(range(top - OWN_STACK, top))
        self.reserved = self.own | layout.base()
        self.layout = layout
        self.stack = (heap - STACK_BYTES, heap - OWN_STACK * PAGE)
        self.hogged = 0                 # uncounted pages at the heap's end

    # ---- contents ----

    def known(self):
        """(number, page) of all pages whose bytes are known, in order."""
        return [(number, self.pages[number]) for number in sorted(self.pages)
                if number not in self.own]

    def tables(self):
        """The number of page tables that this address space needs: at least
        those for its made pages."""
        made = [number for number, page in self.pages.items()
                if page.has_table]
        return Taken(*(1 + len({number >> 9 for number in pages})
                       + len({number >> 18 for number in pages})
                       for pages in (made, self.pages)))

    def good_bytes(self, va, size, need):
        """The number of accessible bytes from va on: up to the first page that
        is not mapped or does not have the right, at most `size`."""
        if va < 0:
            return 0
        good = 0
        while good < size:
            page = self.pages.get((va + good) // PAGE)
            if page is None or not page.rights & need:
                break
            good += PAGE - (va + good) % PAGE
        return min(good, size)

    def is_own(self, va, size):
        return any(n in self.own for n in pages_of(va, size)) \
            if 0 <= va < USER_TOP and size < 1 << 22 else False

    def read(self, va, size):
        whole = b"".join(self.pages[n].data for n in pages_of(va, size))
        return whole[va % PAGE:va % PAGE + size]

    def short_pages(self, va, size, need):
        """The number of these pages that an access may need a frame for."""
        pages = [self.pages[n] for n in pages_of(va, size) if n in self.pages]
        if need == W:
            return sum(page.write_needs_frame() for page in pages)
        return sum(not page.made for page in pages)

    def touch(self, va, size):
        """Returns the frames that a read takes."""
        absent = [page for page in (self.pages.get(n)
                                    for n in pages_of(va, size))
                  if page is not None and not page.made]
        taken = Taken(0, TO_TOUCH * sum(not page.zeros for page in absent))
        if any(page.zeros for page in absent):
            taken += self.load_zeros(pages_of(va, size))
        return taken

    def load_zeros(self, numbers):
        """The tables that pages of zeros take when they are touched."""
        there = {(bits, number >> bits) for number, page in self.pages.items()
                 if page.has_table for bits in (9, 18)}
        needed = set()
        for number in numbers:
            page = self.pages.get(number)
            if page is not None and page.zeros and not page.has_table:
                needed |= {(bits, number >> bits) for bits in (9, 18)}
                page.loaded = True
        return Taken(0, len(needed - there))

    # ---- changes ----

    def write(self, va, data):
        """Returns the frames that the write takes."""
        taken, done = self.touch(va, len(data)) if data else Taken(), 0
        while done < len(data):
            number, offset = divmod(va + done, PAGE)
            piece = data[done:done + PAGE - offset]
            page = self.pages[number]
            if page.write_needs_frame():
                taken += Taken(1, 1) if page.made or page.zeros else Taken()
                page.frame.owners -= 1
                page.frame, page.made, page.zeros = Frame(), True, False
            old = page.data
            page.data = old[:offset] + piece + old[offset + len(piece):]
            done += len(piece)
        return taken

    def move_brk(self, brk):
        """Returns the frames that the change takes, including tables."""
        old, new = -(-self.brk // PAGE), -(-brk // PAGE)
        before = self.tables()
        self.brk = brk
        for number in range(old, new):
            self.pages[number] = Page(R | W, ZEROS)
        freed = sum(self.drop(number) for number in range(new, old))
        pages, after = max(new - old, 0) - freed, self.tables()
        return Taken(*sorted((pages + after.least - before.least,
                              pages + after.most - before.most)))

    def drop(self, number):
        """Take a page away. Returns whether that frees a frame."""
        page = self.pages.pop(number, None)
        if page is None:
            return False
        page.frame.owners -= 1
        return page.made and page.frame.owners == 0

    def can_grow(self, brk):
        """Whether no other page is in the way of the heap."""
        return not any(number in self.pages for number in
                       range(-(-self.brk // PAGE), -(-brk // PAGE)))

    def fork(self, sharing):
        child = Memory.__new__(Memory)
        child.__dict__.update(self.__dict__)
        child.pages = {}
        for number, page in self.pages.items():
            shares = sharing == SHARES_ALL or (
                sharing == SHARES_READ_ONLY and not page.rights & W)
            if shares and number not in self.own:
                page.frame.owners += 1
            child.pages[number] = Page(
                page.rights, page.data,
                page.frame if shares and number not in self.own else None,
                page.made, page.zeros)
        return child

    def release(self):
        for page in self.pages.values():
            page.frame.owners -= 1

    def leave(self, pages):
        """Count that many more pages of these frames as leaving: 1 or -1."""
        for page in self.pages.values():
            page.frame.leaving += pages


@dataclass
class Process:
    """`ended` is the status of a zombie. `floats` is the seed of the
    floating-point registers, or None if they are zero. `watch_floats` says
    that they have been used, perhaps before an exec or by the parent."""

    role: int
    parent: int
    memory: Memory
    pid: int = 0
    children: set = field(default_factory=set)
    ended: int = None
    floats: int = None
    has_floats: bool = False
    watch_floats: bool = False

    @property
    def is_alive(self):
        return self.ended is None


@dataclass
class Kernel:
    """What the kernel does, which may be that of any step of the series."""

    sharing: int = SHARES_NOTHING       # by fork
    lazy: bool = False                  # exec leaves pages to be touched
    frames: int = 0                     # all that there are, in use or not
    maps: bool = False                  # programs may map memory


class World:
    """All processes, and the pipe and the file that they share."""

    def __init__(self, layouts, heaps, kernel, ram):
        self.layouts = layouts
        self.heaps = heaps              # start of the heap of each layout
        self.sharing = kernel.sharing
        self.lazy = kernel.lazy
        self.maps = kernel.maps
        self.frames = kernel.frames
        self.ram = ram
        self.maxproc = ram // PROCESS_BYTES - PROCESSES_KEPT
        self.balance = Taken()          # frames taken since the last reset
        self.processes = {0: Process(0, None, self.memory(0))}
        self.used = {0}                 # roles used by this program
        self.pipe = b""
        self.file = b""
        self.hog = None                 # the role that holds all memory
        self.armed = False
        self.orphaned = False           # some process may exit unnoticed

    def memory(self, program):
        return Memory(self.layouts[program], self.heaps[program], self.lazy)

    def alive(self):
        return [p for p in self.processes.values() if p.is_alive]

    def process(self, role):
        """The process of that role, or None if it is not alive."""
        found = self.processes.get(role)
        return found if found is not None and found.is_alive else None

    @property
    def is_short(self):
        """True if an operation that needs a frame may fail."""
        return self.armed or self.hog is not None

    def fork(self, parent, role, pid):
        child = Process(role, parent.role, parent.memory.fork(self.sharing),
                        pid, floats=parent.floats,
                        has_floats=parent.has_floats,
                        watch_floats=parent.watch_floats)
        self.processes[role] = child
        self.used.add(role)
        parent.children.add(role)
        return child

    def end(self, process, status):
        """The process becomes a zombie if its parent is alive, and disappears
        otherwise."""
        process.ended = status
        process.memory.release()
        process.memory.leave(1)
        if self.hog == process.role:
            self.hog = None
        for role in process.children:
            child = self.processes.get(role)
            if child is None:
                continue
            if child.is_alive:
                child.parent = None
                self.orphaned = True
            else:
                del self.processes[role]
                self.orphaned = True
        process.children = set()
        if process.parent is None:
            del self.processes[process.role]

    def collect(self, parent, role):
        parent.children.discard(role)
        self.processes.pop(role).memory.leave(-1)

    def exec(self, process, program):
        process.memory.release()
        if self.hog == process.role:
            self.hog = None
        process.memory = self.memory(program)
        process.floats = None
        process.has_floats = False


def float_sum(seed):
    """The result of Op.FLOAT_SUM after a FLOAT_SET with that seed, or after
    exec if it is None."""
    word = 0 if seed is None else seed & 0x1f
    total = 0 if seed is None else sum(
        (seed + n) * (n + 1) for n in range(32))
    return (total << 8 ^ word) & (1 << 63) - 1


def adler(data):
    return zlib.adler32(data)
