"""grade/tools/gdb/commands.py: Calf's commands for gdb, which sources this
file."""

import os
import re
import sys
from itertools import groupby
from pathlib import Path

import gdb

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

from grade.machine.ram import PAGE
from grade.machine.sv39 import (
    R, RSW, U, V, W, X, AddressSpace, BadTables, frame_of, in_words, root_of,
    walk)
from grade.tools.gdb.locks import held_locks
from grade.tools.gdb.memory import Memory
from grade.tools.gdb.owners import COUNT, PAGES
from grade.tools.gdb.procs import (
    Mappings, all_processes, find_process, selected_hart)

NAMED_BIT = re.compile(r"#define\s+PTE_(\w+)\s+\(1U?L*\s*<<\s*([89])\)")
OWNERS_SHOWN = 8


def own_bits():
    """This kernel's names for the two bits that Sv39 leaves to software."""
    text = (ROOT / "kernel/mm/sv39.h").read_text("utf-8", "replace")
    return {1 << 8: "bit 8", 1 << 9: "bit 9",
            **{1 << int(bit): name for name, bit in NAMED_BIT.findall(text)}}


class Command(gdb.Command):
    """One of Calf's commands. Its docstring is its help."""

    def __init__(self):
        self.usage = self.__doc__.splitlines()[-1].strip()
        name = self.usage.split()[1]
        super().__init__(name, gdb.COMMAND_USER)

    def invoke(self, text, from_tty):
        try:
            self.run(gdb.string_to_argv(text))
        except (gdb.error, OSError, RuntimeError, BadTables) as error:
            raise gdb.GdbError(str(error).splitlines()[0]) from None

    def want(self, words, least, most):
        if not least <= len(words) <= most:
            raise gdb.GdbError(self.usage)


def number(word):
    value = gdb.parse_and_eval(word)
    try:
        return int(value) & (1 << 64) - 1
    except (gdb.error, TypeError, ValueError):
        raise gdb.GdbError(f"{word}: not a number") from None


def kernel_count(memory, pa):
    """The number of owners that the kernel counts for the frame, or None if it
    does not count."""
    gdb.set_convenience_variable("frame", pa // PAGE)
    try:
        return int(memory.variable(COUNT)) & PAGES
    except gdb.error:
        return None


class Ps(Command):
    """Show the kernel's processes.
    Usage: ps"""

    def run(self, words):
        self.want(words, 0, 0)
        processes = all_processes(Memory()).values()
        print("  pid parent state    hart name")
        for process in processes:
            print(f"{process.pid:5} {shown(process.parent):>6} "
                  f"{process.state:8} {shown(process.hart):>4} "
                  f"{process.name}")


def shown(number):
    return "-" if number is None else str(number)


class Pte(Command):
    """Walk the page table to an address, level by level, as the hart does.
    Without a pid, walk the table that the selected hart uses.
    Usage: pte ADDRESS [PID]"""

    def run(self, words):
        self.want(words, 1, 2)
        va = number(words[0])
        memory = Memory()
        if len(words) == 2:
            process = find_process(memory, number(words[1]))
            root, whose = process.root, str(process)
        else:
            root, whose = self.current_root(), f"hart {selected_hart()}"
        if root is None:
            raise gdb.GdbError(f"{whose} has no page table")
        print(f"{va:#x} for {whose}, whose root table is at {root:#x}")
        for level, address, entry in walk(memory, root, va):
            print(f"  level {level}  entry {address % PAGE // 8:3} at "
                  f"{address:#x} is {entry:#x}: {self.tell(entry)}")
        if entry & V and entry & (R | W | X):
            self.tell_page(memory, entry, level, va)

    def current_root(self):
        if int(gdb.parse_and_eval("$priv")) & 3 == 3:
            raise gdb.GdbError("this hart is in machine mode, where no "
                               "address is translated")
        return root_of(int(gdb.parse_and_eval("$satp")) & (1 << 64) - 1)

    def tell(self, entry):
        if not entry & V:
            return "not valid"
        kind = "page" if entry & (R | W | X) else "table"
        words = in_words(entry, own_bits())
        return f"{kind} at {frame_of(entry):#x}" + (words and f", {words}")

    def tell_page(self, memory, entry, level, va):
        span = PAGE << 9 * level
        print(f"  so {va:#x} is physical "
              f"{(frame_of(entry) & -span) + va % span:#x}")
        if entry & U:
            tell_owners(memory, frame_of(entry))


def tell_owners(memory, pa):
    found = Mappings(memory).of(pa)
    places = [f"{process} at {va:#x}" for process, va in found]
    if len(places) > OWNERS_SHOWN:
        places[OWNERS_SHOWN:] = [f"{len(places) - OWNERS_SHOWN} more"]
    print(f"  pages that map it: {len(found)}: {', '.join(places)}")
    count = kernel_count(memory, pa)
    print("  the kernel counts no owners of frames" if count is None
          else f"  owners that the kernel counts: {count}")


class Uvm(Command):
    """Show what a process maps, with one row for similar pages. References are
    the number of pages that map each frame and, after a /, the kernel's count
    if it differs.
    Usage: uvm [PID]"""

    def run(self, words):
        self.want(words, 0, 1)
        memory = Memory()
        process = find_process(memory, *map(number, words))
        if process.root is None:
            raise gdb.GdbError(f"{process} has no address space")
        space = AddressSpace(memory, process.root)
        print(f"{process}: {len(space.pages)} pages, "
              f"root table at {process.root:#x}")
        print(f"{'from':>12} {'to':>12} {'pages':>6} "
              f"{'flags':10} {'part':9} references")
        mappings = Mappings(memory)
        for (_, sign), pages in groupby(
                enumerate(sorted(space.pages.values(), key=lambda p: p.va)),
                lambda pair: self.sign(memory, process, mappings, *pair)):
            self.tell([page for _, page in pages], *sign)

    def sign(self, memory, process, mappings, index, page):
        """A value that is equal for neighbours that belong to one row."""
        found = mappings.of(page.pa)
        others = sorted({other.pid for other, _ in found} - {process.pid})
        references = str(len(found))
        count = kernel_count(memory, page.pa)
        if count not in (None, len(found)):
            references += f"/{count}"
        if others:
            references += ", shared with " + ", ".join(
                map(str, others[:OWNERS_SHOWN]))
            references += " ..." * (len(others) > OWNERS_SHOWN)
        return page.va - index * PAGE, (
            self.letters(page.flags), self.part(process.uvm, page),
            references)

    def letters(self, flags):
        text = "".join(letter if flags & bit else "-" for letter, bit in
                       (("r", R), ("w", W), ("x", X)))
        return " ".join([text, *(name for bit, name in own_bits().items()
                                 if flags & RSW & bit)])

    def part(self, uvm, page):
        if page.va >= int(uvm["heap"]):
            return "heap"
        if page.va >= int(uvm["guard"]):
            return "stack"
        if page.flags & X:
            return "text"
        return "data" if page.flags & (W | RSW) else "constants"

    def tell(self, pages, letters, part, references):
        print(f"{pages[0].va:#12x} {pages[-1].va + PAGE:#12x} "
              f"{len(pages):6} {letters:10} {part:9} {references}")


class Locks(Command):
    """Show the locks that are held and by whom, and with DEBUG=1 also where
    they were taken.
    Usage: locks"""

    def run(self, words):
        self.want(words, 0, 0)
        lines = list(held_locks(Memory()))
        print("\n".join(lines or ["no lock is held"]))


class AddUser(Command):
    """Load the functions and variables of a program, too. All programs have
    the same addresses, so say for which process: `break main if $pid() == 3`.
    Usage: add-user NAME"""

    def run(self, words):
        self.want(words, 1, 1)
        for folder in os.environ.get("CALF_GDB_PROGRAMS", str(
                ROOT / "build/bin")).split(os.pathsep):
            path = Path(folder) / f"{words[0]}.elf"
            if "/" not in words[0] and path.is_file():
                gdb.execute(f"add-symbol-file {path}")
                return
        raise gdb.GdbError(f"{words[0]}: no such program")


class Type(Command):
    """Type a line at the guest's console. ^C, ^D and so on are single keys.
    The guest sees it when it runs.
    Usage: type TEXT"""

    def invoke(self, text, from_tty):
        keys = text + "\n"
        if re.fullmatch(r"\^[A-Z]", text):
            keys = chr(ord(text[1]) - ord("@"))
        try:
            os.write(int(os.environ["CALF_GDB_KEYBOARD"]), keys.encode())
        except (KeyError, OSError):
            raise gdb.GdbError("the guest's console is not here") from None


class Pid(gdb.Function):
    """The pid of the process on the selected hart, or 0 if it is idle."""

    def __init__(self):
        super().__init__("pid")

    def invoke(self):
        try:
            return find_process(Memory()).pid
        except gdb.GdbError:
            return 0


for command in (Ps, Pte, Uvm, Locks, AddUser, Type, Pid):
    command()


def end_guest(_event):
    """Otherwise gdb would let the guest run, and it would print until QEMU
    ends."""
    for command in ("monitor quit", "disconnect"):
        try:
            gdb.execute(command, to_string=True)
        except gdb.error:
            pass                # QEMU has ended, now or before


if hasattr(gdb.events, "gdb_exiting"):      # gdb 12 and later
    gdb.events.gdb_exiting.connect(end_guest)
