"""grade/tools/gdb/memory.py: for gdb: read guest RAM by physical address.

gdb sees memory as the hart does: in user mode without the kernel, and in the
kernel without programs. But QEMU can also read physical memory for gdb.
"""

import re

import gdb

from grade.machine.ram import PAGE, RAM_BASE


class Memory:
    """Offers what grade/machine/ram.py does, and values of the kernel's types.
    It caches what it has read, so each command makes a new one."""

    def __init__(self):
        self._pages = {}
        self.size = ram_bytes()
        self.base = symbol_address("KERNEL_BASE")

    def has(self, pa):
        return RAM_BASE <= pa < RAM_BASE + self.size

    def page(self, pa):
        pa &= -PAGE
        if not self.has(pa):
            raise gdb.GdbError(f"{pa:#x} is not an address in RAM")
        if pa not in self._pages:
            self._pages[pa] = read_physical(pa, PAGE)
        return self._pages[pa]

    def page_words(self, pa):
        data = self.page(pa)
        return [int.from_bytes(data[i:i + 8], "little")
                for i in range(0, PAGE, 8)]

    def read(self, pa, count):
        data = b""
        while count > 0:
            piece = self.page(pa)[pa % PAGE:pa % PAGE + count]
            data += piece
            pa += len(piece)
            count -= len(piece)
        return data

    def word(self, pa):
        return int.from_bytes(self.read(pa, 8), "little")

    def physical(self, address):
        """The physical address of an address in the direct map."""
        return int(address) - self.base & (1 << 64) - 1

    def value(self, address, kind):
        """The kernel's value of that C type at that address."""
        return gdb.Value(self.read(self.physical(address), kind.sizeof), kind)

    def variable(self, expression):
        """The value of a variable of the kernel, or of another lvalue."""
        there = gdb.parse_and_eval(expression)
        return self.value(int(there.address), there.type)

    def pointed(self, pointer):
        """The value to which a pointer of the kernel points."""
        return self.value(int(pointer), pointer.type.target())

    def string(self, address):
        """A string of the kernel."""
        pa = self.physical(address)
        data = self.read(pa, min(PAGE - pa % PAGE, 128))
        return data.partition(b"\0")[0].decode(errors="replace")


def symbol_address(name):
    return int(gdb.parse_and_eval(f"(unsigned long)&{name}"))


def ram_bytes():
    if not gdb.selected_inferior().pid:
        raise gdb.GdbError("there is no guest: QEMU has ended")
    text = gdb.execute("monitor info memory_size_summary", to_string=True)
    found = re.search(r"base memory: (\d+)", text)
    if found is None:
        raise gdb.GdbError("this is not QEMU: its monitor does not report the "
                           "size of memory")
    return int(found.group(1))


def read_physical(pa, count):
    answer = gdb.execute("maintenance packet Qqemu.PhyMemMode:1",
                         to_string=True)
    if '"OK"' not in answer:
        raise gdb.GdbError("this QEMU does not show physical memory to gdb")
    try:
        return bytes(gdb.selected_inferior().read_memory(pa, count))
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)
