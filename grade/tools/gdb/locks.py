"""grade/tools/gdb/locks.py: for gdb: who holds which lock.

A DEBUG=1 kernel has lists of the locks that each hart and each process holds,
and of where they were taken. In other kernels this module searches for
spinlocks: one that is held is a pointer to a hart, followed by a pointer to a
constant, its name.
"""

import gdb

from grade.tools.gdb.memory import symbol_address
from grade.tools.gdb.procs import all_processes, harts

WORD = 8
TAKERS = ("spin_acquire", "lock_site_here")
HELD_MAX = 64           # a longer list is not a list of locks


def held_locks(memory):
    """Yield a line for each lock that is held."""
    if not gdb.lookup_type("struct lock_note").fields():
        yield from search(memory)
        return
    for number, hart in enumerate(harts(memory)):
        yield from listed(memory, hart["spinlocks"], "struct spinlock",
                          f"hart {number}")
    for process in all_processes(memory).values():
        yield from listed(memory, process.value["sleeplocks"],
                          "struct sleeplock", str(process))


def listed(memory, held, kind, holder):
    kind = gdb.lookup_type(kind)
    offset = next(f.bitpos // 8 for f in kind.fields() if f.name == "note")
    note = int(held["first"])
    for _ in range(HELD_MAX):
        if note == 0:
            return
        lock = memory.value(note - offset, kind)
        named = lock["guard"] if "guard" in lock.type.keys() else lock
        site = lock["note"]["site"]
        yield (f"{memory.string(named['name'])} at {note - offset:#x}: "
               f"{holder} since {function_of(site['pc'])}, "
               f"called at {line_of(site['caller'])}")
        note = int(lock["note"]["next"])


def function_of(pc):
    """The function at that pc, and those into which it is inlined, without the
    functions that take locks for others."""
    block, names = gdb.block_for_pc(int(pc) - 1), []
    while block is not None and not block.is_static:
        if block.function is not None and block.function.name not in TAKERS:
            names.append(block.function.name)
        block = block.superblock
    return " in ".join(names) or hex(int(pc))


def line_of(pc):
    """The source line of a call, by the pc to which it returns."""
    found = gdb.find_pc_line(int(pc) - 1)
    return f"{found.symtab.filename}:{found.line}" if found.symtab \
        else hex(int(pc))


def search(memory):
    """Search the kernel's variables and the locks of address spaces."""
    table = gdb.parse_and_eval("&harts")
    size = table.type.target().target().sizeof
    owners = {int(table) + number * size: number
              for number in range(len(harts(memory)))}
    for place, owner, name in candidates(memory):
        if owner in owners and is_name(memory, name):
            yield (f"{memory.string(name)}, {place}: hart {owners[owner]} "
                   "(a DEBUG=1 kernel also knows where it was taken)")


def candidates(memory):
    """(place, owner, name) of everything that may be a lock."""
    start, end = symbol_address("rodata_end"), symbol_address("kernel_end")
    data = memory.read(memory.physical(start), end - start)
    words = [int.from_bytes(data[i:i + WORD], "little")
             for i in range(0, len(data), WORD)]
    for index, pair in enumerate(zip(words, words[1:])):
        yield (f"at {start + index * WORD:#x}", *pair)
    for process in all_processes(memory).values():
        if process.uvm is not None:
            lock = process.uvm["lock"]
            yield f"of {process}", int(lock["owner"]), int(lock["name"])


def is_name(memory, address):
    """True if a string of the kernel's constants is at that address."""
    return symbol_address("text_end") <= address \
        < symbol_address("rodata_end") and memory.string(address).isprintable()
