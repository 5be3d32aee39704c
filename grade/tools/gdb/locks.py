"""grade/tools/gdb/locks.py: in gdb: who holds which lock.

A DEBUG=1 kernel has lists of what each hart and each process holds, and where
that was taken. In others the spinlocks are looked for: one that is held is a
pointer to a hart, and behind it a pointer to a constant, its name.
"""

import gdb

from grade.tools.gdb.memory import symbol_address
from grade.tools.gdb.procs import all_processes, harts

WORD = 8
TAKERS = ("spin_acquire", "lock_site_here")
HELD_MAX = 64           # a list that is longer is none


def held_locks(memory):
    """A line for each."""
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
    """The function that is compiled there, and those that it is inlined in;
    those that take locks for others are left out."""
    block, names = gdb.block_for_pc(int(pc) - 1), []
    while block is not None and not block.is_static:
        if block.function is not None and block.function.name not in TAKERS:
            names.append(block.function.name)
        block = block.superblock
    return " in ".join(names) or hex(int(pc))


def line_of(pc):
    """The line of the source that calls what goes on at pc."""
    found = gdb.find_pc_line(int(pc) - 1)
    return f"{found.symtab.filename}:{found.line}" if found.symtab \
        else hex(int(pc))


def search(memory):
    """Among the kernel's variables, and the locks of address spaces."""
    table = gdb.parse_and_eval("&harts")
    size = table.type.target().target().sizeof
    owners = {int(table) + number * size: number
              for number in range(len(harts(memory)))}
    for place, owner, name in candidates(memory):
        if owner in owners and is_name(memory, name):
            yield (f"{memory.string(name)}, {place}: hart {owners[owner]} "
                   "(where it was taken, a DEBUG=1 kernel knows)")


def candidates(memory):
    """(where, owner, name) of what may be a lock."""
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
    """Whether a string of the kernel's constants is there."""
    return symbol_address("text_end") <= address \
        < symbol_address("rodata_end") and memory.string(address).isprintable()
