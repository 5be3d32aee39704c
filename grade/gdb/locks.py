"""grade/gdb/locks.py: in gdb: who holds which lock.

A DEBUG=1 kernel has for each hart what it holds, and where that was taken. In
others the locks are looked for: a spinlock that is held is a pointer to a hart
and behind it a pointer to a constant, its name.
"""

import gdb

from grade.gdb.memory import symbol_address
from grade.gdb.procs import all_processes, harts

WORD = 8


def held_locks(memory):
    """A line for each."""
    try:
        held = memory.variable("locks_held")
    except gdb.error:
        yield from search(memory)
        return
    for number in range(len(harts(memory))):
        for i in range(int(held[number]["count"])):
            yield tell(memory, held[number]["of"][i], number)


def tell(memory, held, number):
    site = int(held["site"])
    line = gdb.find_pc_line(site - 1)
    where = f"{line.symtab.filename}:{line.line}" if line.symtab \
        else f"{site:#x}"
    return (f"{memory.string(memory.pointed(held['lock'])['name'])}, at "
            f"{int(held['lock']):#x}: hart {number} since {where}")


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
