"""grade/kernel/outside/duel.py: hold one of two processes that share frames in
the middle of an operation, while the other one does a whole operation.

The first one is held before each instruction in turn. So a race that needs two
harts at the same few instructions happens every time. Instructions that only
compute in registers are left out: nobody can tell whether the process is held
before such an instruction or after it.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass

from grade.kernel.outside.actors import call, stores
from grade.kernel.outside.checks import check, check_alone
from grade.kernel.outside.probe import CHILD, GRANDCHILD, NAMES, PARENT
from grade.machine.failures import Broken
from grade.machine.host.limits import limit
from grade.machine.host.text import many
from grade.machine.ram import PAGE

TRIES = 64              # after one fork, each with a page of its own
FORK_PAGES = 32         # of the heap, for fork
LOOP_MIN = 3            # fork reaches a place in its loop this often
SECONDS = 90            # for a whole duel, which usually takes 15
TRACE_MAX = 12000       # the most instructions of the process that is held
VMSTAT = b"/dev/vmstat\0"
FREE = re.compile(rb"^free (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Hold:
    """The parent is held when it reaches `place` for the `times`-th time,
    which is instruction `index` of `length`."""

    place: int
    times: int
    index: int
    length: int

    def __str__(self):
        if self.times < 0:
            return "let run one instruction at a time"
        if not self.times:
            return "held before it began"
        return (f"held before instruction {self.index} of {self.length}, "
                f"at {self.place:#x}")


NO_RACE = Hold(place=0, times=0, index=0, length=0)
STEPPED = Hold(place=0, times=-1, index=0, length=0)


@dataclass(frozen=True)
class Seen:
    """What check_alone() needs."""

    name: str
    pages: dict


# ---- the operations, on the frame of one page or on all frames ----

def write(duel, page):
    va = duel.address(page)
    return stores(va, PAGE, va + PAGE, ord("p"))


def write_two(duel, page):
    """An operation on the page and the one after it."""
    va = duel.address(page) + 8
    return stores(va, -TRIES * PAGE, va - 2 * TRIES * PAGE, ord("c"))


def shrink(duel, page):
    return call("sbrk", -PAGE, gone=[duel.address(page)])


def shrink_all(duel, _):
    return call("sbrk", -duel.pages * PAGE)


def fork(_, __):
    return call("fork")


# The operation of the parent, which is held, and that of the child.
DUELS = {
    "write-write": (write, write_two),
    "write-shrink": (write, shrink),
    "shrink-shrink": (shrink, shrink),
    "fork-shrink": (fork, shrink_all),
}


# Major opcodes, and compressed ones (bits 1:0 and 15:13), of instructions that
# access memory, control registers or the translation.
ACCESSES = {0b00000, 0b00001, 0b00011, 0b01000, 0b01001, 0b01011, 0b11100}
SHORT_ACCESSES = {0: {1, 2, 3, 5, 6, 7}, 1: set(), 2: {1, 2, 3, 5, 6, 7}}


def computes_only(code):
    """True if no other hart can notice this instruction, or be noticed by it
    (RISC-V unprivileged specification, "RV32/64G Instruction Set Listings" and
    "RVC Instruction Set Listings")."""
    word = int.from_bytes(code, "little")
    if word & 3 == 3:
        return word >> 2 & 0x1f not in ACCESSES
    return word >> 13 & 7 not in SHORT_ACCESSES[word & 3]


def in_batches(holds):
    return [holds[start:start + TRIES]
            for start in range(0, len(holds), TRIES)]


class Duel:
    """A duel on a Stage. The heap has twice as many pages as there are tries.
    Each try uses one page of the upper half, from the top down, and one of the
    lower half."""

    def __init__(self, stage, parents, childs):
        self._stage = stage
        self._deeds = {PARENT: parents, CHILD: childs}
        self._forks = parents is fork
        self.pages = FORK_PAGES if self._forks else 2 * TRIES
        old = stage.do(PARENT, call("sbrk"))
        self._base = -(-old // PAGE) * PAGE
        stage.do(PARENT, call("sbrk", self.address(self.pages) - old))
        self._bytes = {}        # of the parent at the fork, by address
        self._trace = []        # addresses, each with four bytes of code

    def address(self, page):
        return self._base + page * PAGE

    def run(self):
        """Do all holds. Raises GuestFailed if a check fails."""
        end = time.monotonic() + limit(SECONDS)
        self._tries([STEPPED])
        self._prepare()
        for batch in [[NO_RACE], *in_batches(self._holds())]:
            lost = self._lost(batch)
            if lost:
                self._blame(batch, lost)
            if time.monotonic() > end:
                self._stage.fail("each try takes milliseconds")

    def _lost(self, holds):
        """How many fewer frames are free after these tries."""
        before = self._free()
        self._tries(holds)
        # A frame whose count is too high is lost when the parent writes.
        self._prepare()
        return before - self._free()

    def _blame(self, holds, lost):
        """Try each hold alone, to find out which one failed, unless frames
        were freed twice, after which anything may happen."""
        for hold in holds if lost > 0 and len(holds) > 1 else []:
            again = self._lost([hold])
            if again:
                holds, lost = [hold], again
                break
        check(False, "as many free frames as before",
              f"{many(lost, 'frame')} lost" if lost > 0
              else f"{many(-lost, 'frame')} free that are in use",
              self._story(holds))

    def _holds(self):
        """The holds: before each instruction of the first try, when it is
        reached for the first time, or half-way for fork, which handles many
        pages."""
        counts = Counter(place for place, _ in self._trace)
        seen = Counter()
        holds, wanted = [], False
        for index, (place, code) in enumerate(self._trace):
            seen[place] += 1
            times = counts[place] // 2 + 1 if self._forks else 1
            wanted |= seen[place] == times and (
                not self._forks or counts[place] >= LOOP_MIN)
            if wanted and not computes_only(code):
                holds.append(Hold(place, seen[place], index + 1,
                                  len(self._trace)))
                wanted = False
        return holds

    def _story(self, holds):
        first, second = (self._deeds[role](self, TRIES).name
                         for role in (PARENT, CHILD))
        upto = f", or later up to {holds[-1].place:#x}" \
            if len(holds) > 1 else ""
        return (f"the parent in {first} was {holds[0]}{upto}, while the "
                f"child did {second}")

    # ---- a fork, and tries after it ----

    def _tries(self, holds):
        self._prepare()
        self._stage.fork(CHILD)
        deeds = []
        for page, hold in zip(reversed(range(TRIES, 2 * TRIES)), holds):
            deeds.append({role: deed(self, page)
                          for role, deed in self._deeds.items()})
            self._try(deeds[-1], hold)
        self._look(holds, deeds)
        self._stage.end(CHILD)
        gone = sum(len(deed[PARENT].gone) for deed in deeds)
        self._stage.do(PARENT, call("sbrk", gone * PAGE))

    def _try(self, deeds, hold):
        stage = self._stage
        stage.tell(PARENT, deeds[PARENT])
        stage.tell(CHILD, deeds[CHILD])
        stage.scene = f"last try: {self._story([hold])}"
        if hold is STEPPED:
            self._trace = stage.trace(PARENT, TRACE_MAX)
        else:
            stage.hold(PARENT, hold.place, hold.times)
        done = stage.run_alone(CHILD) and stage.run_alone(PARENT)
        if self._forks:
            stage.settle([PARENT, CHILD, GRANDCHILD])
            stage.end(CHILD)
            stage.rename(GRANDCHILD, CHILD)
        elif not done:
            stage.settle([PARENT, CHILD])

    def _prepare(self):
        """Let the parent own each page of the heap alone, with contents unlike
        any other page."""
        self._stage.do(PARENT, stores(self._base, PAGE,
                                      self.address(self.pages), 0))
        ram, pages = self._stage.ram, self._stage.pages(PARENT)
        for va in map(self.address, range(self.pages)):
            check(va in pages, "the parent has a page where it wrote",
                  f"none at {va:#x}")
            for word in range(2, PAGE // 8, 100):
                ram.write_word(pages[va].pa + 8 * word, va + word)
            self._bytes[va] = ram.page(pages[va].pa)

    # ---- what must hold ----

    def _look(self, holds, deeds):
        roles = (PARENT, CHILD)
        seen = [Seen(NAMES[role], self._stage.pages(role)) for role in roles]
        try:
            check_alone(seen)
        except Broken as error:
            raise Broken(f"{error}\n{self._story(holds)}") from None
        if not self._forks:
            for role, view in zip(roles, seen):
                self._check_bytes(view, holds, [deed[role] for deed in deeds])

    def _check_bytes(self, view, holds, deeds):
        """Check that the bytes are those at the fork, with what was written
        since."""
        wanted = {va: bytearray(old) for va, old in self._bytes.items()}
        for deed in deeds:
            for address, byte in deed.written.items():
                wanted[address & -PAGE][address % PAGE] = byte
            for va in deed.gone:
                wanted.pop(va, None)
        for va, old in wanted.items():
            page = view.pages.get(va)
            check(page and self._stage.ram.page(page.pa) == old,
                  f"in {view.name} at {va:#x} the bytes from the fork, with "
                  "its own writes", page or "no page there",
                  self._story(self._holds_at(va, holds)))

    def _holds_at(self, va, holds):
        """The hold during which this page was used, or all."""
        index = 2 * TRIES - 1 - (va - self._base) // PAGE
        return holds[index:index + 1] or holds

    def _free(self):
        """How many frames the kernel says are free."""
        stage, text = self._stage, self.address(1)
        pa = stage.page(PARENT, self._base).pa
        stage.ram.write_word(pa, int.from_bytes(VMSTAT[:8], "little"))
        stage.ram.write_word(pa + 8, int.from_bytes(VMSTAT[8:], "little"))
        fd = stage.do(PARENT, call("open", self._base))
        length = stage.do(PARENT, call("read", fd, text, PAGE))
        stage.do(PARENT, call("close", fd))
        read = stage.ram.page(stage.page(PARENT, text).pa)[:max(length, 0)]
        free = FREE.search(read)
        check(free, "/dev/vmstat says how many frames are free", read[:80])
        return int(free.group(1))
