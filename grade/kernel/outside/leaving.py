"""grade/kernel/outside/leaving.py: stop a process on its way to sleep, or
where its hart leaves its page table, and kill it or look at it.
"""

import itertools
import struct
from collections import Counter

from grade.kernel.outside.actors import STALL_SECONDS, call, fill
from grade.kernel.outside.checks import LOAD, check
from grade.kernel.outside.duel import Hold
from grade.kernel.outside.probe import CHILD, PARENT
from grade.machine.ram import PAGE
from grade.machine.sv39 import AddressSpace, root_of

MEGABYTE = 1 << 20
TRACE_MAX = 12000
LONG = 1 << 30          # ticks
X = 1                   # flag of an ELF segment
CSRW_SATP = 0x18001073  # csrw satp, x0
SRET = 0x10200073
PLACES_MAX = 64         # a kernel has one or two of either
OPCODE, AMO = 0x7f, 0x2f
TRIES = 20
STALLS = 200            # for the rest of exec, which takes less than one

# The page of the parent's heap: a path, argv and a buffer.
ARGV, BUFFER = 64, 128


def written_to_satp(word):
    """The number of the register that a csrw instruction writes to satp, or
    None for other instructions."""
    return word >> 15 & 31 if word & ~(31 << 15) == CSRW_SATP else None


def instructions(elf, fits):
    """The addresses of the first instructions of a kernel that fit."""
    return list(itertools.islice(find(elf, fits), PLACES_MAX))


def find(elf, fits):
    start, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    for header in range(start, start + size * count, size):
        kind, flags, offset, va, _, length = struct.unpack_from(
            "<IIQQQQ", elf, header)
        if kind == LOAD and flags & X:
            for at in range(0, length - 3, 2):
                word, = struct.unpack_from("<I", elf, offset + at)
                if fits(word):
                    yield va + at


class Leaving:
    """A Stage whose parent has an empty pipe and a page of arguments."""

    def __init__(self, stage, kernel):
        self._stage = stage
        self._places = instructions(
            kernel, lambda word: written_to_satp(word) is not None)
        self._returns = instructions(kernel, lambda word: word == SRET)
        old = stage.do(PARENT, call("sbrk"))
        self._page = -(-old // PAGE) * PAGE
        stage.do(PARENT, call("sbrk", self._page + PAGE - old))
        stage.do(PARENT, call("pipe", self._page))
        pa = stage.page(PARENT, self._page).pa
        self._pipe = stage.ram.word(pa) & 0xffffffff
        path = stage.program.encode().ljust(ARGV, b"\0")
        for index, word in enumerate([*struct.unpack("<8Q", path),
                                      self._page, 0]):
            stage.ram.write_word(pa + 8 * index, word)

    def _start(self, name):
        """A child with an order. Returns its pid."""
        arguments = {"exec": (self._page, self._page + ARGV),
                     "read": (self._pipe, self._page + BUFFER, 1),
                     "sleep": (LONG,)}
        self._stage.fork(CHILD)
        pid = self._stage.result(PARENT)
        self._stage.tell(CHILD, call(name, *arguments.get(name, ())))
        return pid

    # ---- kills ----

    def kill_on_the_way_to_sleep(self, name):
        """Kill the child before each atomic instruction of the call that makes
        it sleep: between two of them it cannot notice the kill, except in
        data that no lock guards."""
        for hold in list(self._holds(name)):
            pid = self._start(name)
            self._stage.scene = f"killed in {name}(), {hold}"
            for _ in range(hold.times):
                self._stage.reach(CHILD, [hold.place])
            self._stage.kill(pid)
            self._stage.end_killed()

    def _holds(self, name):
        pid = self._start(name)
        trace = self._stage.trace(CHILD, TRACE_MAX)
        self._stage.kill(pid)
        self._stage.end_killed()
        seen = Counter()
        for index, (place, code) in enumerate(trace):
            word = int.from_bytes(code, "little")
            if written_to_satp(word) is not None:
                break           # it sleeps
            if index == 0 or word & OPCODE == AMO:
                seen[place] += 1
                yield Hold(place, seen[place], index + 1, len(trace))

    def kill_in_exec(self):
        """Kill the child when nothing in exec can fail any more."""
        stage, pid = self._stage, self._stop_in_exec()
        stage.scene = "killed in exec(), before satp changed"
        new = self._next_root()
        stage.kill(pid)
        for _ in range(STALLS):
            begins = stage.reach(CHILD, self._returns, STALL_SECONDS)
            is_new = stage.root(CHILD) == new
            check(not begins or not is_new,
                  "a program that was killed in exec() does not begin",
                  "sret, with the page table of the new program")
            if not is_new:
                break
        stage.end_killed()

    # ---- memory ----

    def leave(self, name):
        """Nobody else may get a page table while a hart uses it."""
        if name == "exec":
            self._stop_in_exec()
            self._check_table(name)
            return
        self._start(name)
        old = self._stage.root(CHILD)
        while self._stage.reach(CHILD, self._places):
            if self._stage.root(CHILD) == old:
                self._check_table(name)
            elif self._next_root() != old:
                break           # the hart does something else

    def _check_table(self, name):
        """If the page table is empty, let the parent take and touch all
        memory: that includes the root table, if it was free."""
        stage, root = self._stage, self._stage.root(CHILD)
        if stage.pages(CHILD):
            return
        for piece in (MEGABYTE, PAGE):
            stage.tell(PARENT, call("sbrk", piece))
            while stage.run_alone(PARENT) and stage.result(PARENT) >= 0:
                stage.tell(PARENT, call("sbrk", piece))
        # A lazy kernel gives it no frame before it touches the page.
        stage.tell(PARENT, call("sbrk"))
        stage.run_alone(PARENT)
        stage.tell(PARENT, fill(self._pipe, self._page, stage.result(PARENT)))
        finishes = stage.run_alone(PARENT)
        space = stage.space(PARENT)
        owned = {page.pa for page in space.pages.values()} | space.tables
        check(root not in owned,
              "a page table that a hart uses is not free",
              f"{name}() frees {root:#x} before the hart has another one")
        if not finishes:
            stage.fail("the parent touches all memory")

    # ---- where satp changes ----

    def _stop_in_exec(self):
        """Let a child exec, and stop it where its hart gets the page table of
        the new program. Returns its pid.

        This may take several tries. After an interrupt another hart may go on
        with the child."""
        stage = self._stage
        for _ in range(TRIES):
            pid = self._start("exec")
            old = stage.root(CHILD)
            while stage.reach(CHILD, self._places):
                new = self._next_root()
                if stage.root(CHILD) == old and new != old \
                        and AddressSpace(stage.ram, new).pages:
                    return pid
            stage.settle([PARENT, CHILD])
            stage.end(CHILD)
        return stage.fail("exec() changes satp")

    def _next_root(self):
        """The root table that the hart gets from the instruction before which
        the child is stopped."""
        return root_of(self._stage.written(CHILD, written_to_satp))
