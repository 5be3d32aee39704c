"""grade/kernel/model/reference.py: the model: what memory must contain.

Each process has plain copies of all its pages, and nothing is shared. Beside
its bytes a page has a Frame, which says only which pages may have the same
frame: a fork adds owners, and a write makes a new frame.
"""

import struct
import zlib
from dataclasses import dataclass, field

from grade.kernel.model.layout import PAGE, STACK_BYTES, USER_TOP, R, W

ZEROS = bytes(PAGE)
STACK_PAGES = STACK_BYTES // PAGE
OWN_STACK = STACK_PAGES // 2            # the upper ones are the subject's
ECHILD, EAGAIN, ENOMEM, EFAULT, EINVAL = 10, 11, 12, 14, 22
CODE = 2048             # seeds from this one on mean code
RET = 0x8067
NAMES = {1024: b"/bin/model0\0", 1025: b"/bin/no\0"}

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


class Frame:
    """A frame, as the number of pages that may have it."""

    __slots__ = ("owners",)

    def __init__(self):
        self.owners = 1


class Page:
    __slots__ = ("rights", "data", "frame")

    def __init__(self, rights, data, frame=None):
        self.rights = rights
        self.data = data
        self.frame = frame or Frame()


def pages_of(va, size):
    """The numbers of all pages in a range, at least one."""
    return range(va // PAGE, (va + max(size, 1) - 1) // PAGE + 1)


class Memory:
    """The address space of a process. `own` are pages that the subject itself
    writes to, so that their bytes are not known."""

    def __init__(self, layout, heap):
        self.pages = {number: Page(rights, data)
                      for number, (rights, data) in layout.pages().items()}
        self.heap = self.brk = heap
        top = heap // PAGE
        for number in range(top - STACK_PAGES, top):
            self.pages[number] = Page(R | W, ZEROS)
        self.own = layout.own | set(range(top - OWN_STACK, top))
        self.layout = layout
        self.stack = (heap - STACK_BYTES, heap - OWN_STACK * PAGE)
        self.hogged = 0                 # uncounted pages at the heap's end

    # ---- contents ----

    def known(self):
        """(number, page) of all pages whose bytes are known, in order."""
        return [(number, self.pages[number]) for number in sorted(self.pages)
                if number not in self.own]

    def tables(self):
        """The number of page tables that this address space needs."""
        pages = self.pages
        return 1 + len({number >> 9 for number in pages}) \
            + len({number >> 18 for number in pages})

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

    def shared(self, va, size):
        """The number of these pages that a write would have to copy."""
        return sum(self.pages[n].frame.owners > 1
                   for n in pages_of(va, size) if n in self.pages)

    # ---- changes ----

    def write(self, va, data):
        """Returns the number of frames that the write takes."""
        taken = done = 0
        while done < len(data):
            number, offset = divmod(va + done, PAGE)
            piece = data[done:done + PAGE - offset]
            page = self.pages[number]
            if page.frame.owners > 1:
                page.frame.owners -= 1
                page.frame = Frame()
                taken += 1
            old = page.data
            page.data = old[:offset] + piece + old[offset + len(piece):]
            done += len(piece)
        return taken

    def move_brk(self, brk):
        """Returns the number of frames that the change takes, including
        tables."""
        old, new = -(-self.brk // PAGE), -(-brk // PAGE)
        before = self.tables()
        self.brk = brk
        for number in range(old, new):
            self.pages[number] = Page(R | W, ZEROS)
        freed = 0
        for number in range(new, old):
            frame = self.pages.pop(number).frame
            frame.owners -= 1
            freed += frame.owners == 0
        return max(new - old, 0) - freed + self.tables() - before

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
                page.frame if shares and number not in self.own else None)
        return child

    def release(self):
        for page in self.pages.values():
            page.frame.owners -= 1


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


class World:
    """All processes, and the pipe and the file that they share."""

    def __init__(self, layouts, heaps, sharing, ram):
        self.layouts = layouts
        self.heaps = heaps              # start of the heap of each layout
        self.sharing = sharing
        self.ram = ram
        self.maxproc = ram // PROCESS_BYTES - PROCESSES_KEPT
        self.balance = 0                # frames taken since the last reset
        self.processes = {0: Process(0, None, Memory(layouts[0], heaps[0]))}
        self.used = {0}                 # roles used by this program
        self.pipe = b""
        self.file = b""
        self.hog = None                 # the role that holds all memory
        self.armed = False
        self.orphaned = False           # some process may exit unnoticed

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
        del self.processes[role]

    def exec(self, process, program):
        process.memory.release()
        if self.hog == process.role:
            self.hog = None
        process.memory = Memory(self.layouts[program], self.heaps[program])
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
