"""grade/machine/ram.py: guest RAM in a file of the host."""

import mmap
import random

from grade.machine.qemu import option

RAM_BASE = 0x80000000           # of QEMU's virt machine
PAGE = 4096
JUNK = 1 << 20                  # bytes, which are repeated


def first_contents(machine, folder):
    """The options for a machine whose RAM is full of random bytes, the same
    ones each time; none if it is zero. The file is made in that folder."""
    if not machine.junk:
        return []
    ram = Ram(folder / "ram", machine.ram_bytes)
    ram.put(RAM_BASE, random.Random(1).randbytes(JUNK)
            * (machine.ram_bytes // JUNK))
    ram.close()
    return ram.words


class Ram:
    """The guest's memory, by physical address. Reads and writes go to the
    running machine."""

    def __init__(self, path, size):
        self.size = size
        self._path = path
        with open(path, "w+b") as file:
            file.truncate(size)
            self._bytes = mmap.mmap(file.fileno(), size)
        self._words = memoryview(self._bytes).cast("Q")

    @property
    def words(self):
        """The options that make QEMU use this file as its memory."""
        return ["-machine", "memory-backend=ram", "-object",
                f"memory-backend-file,id=ram,size={self.size},"
                f"mem-path={option(self._path)},share=on"]

    def close(self):
        self._words.release()
        self._bytes.close()

    def has(self, pa):
        return RAM_BASE <= pa < RAM_BASE + self.size

    def get(self, pa, size):
        return self._bytes[pa - RAM_BASE:pa - RAM_BASE + size]

    def put(self, pa, data):
        self._bytes[pa - RAM_BASE:pa - RAM_BASE + len(data)] = data

    def page(self, pa):
        """The bytes of the page at pa."""
        return self.get(pa, PAGE)

    def page_words(self, pa):
        start = (pa - RAM_BASE) // 8
        return self._words[start:start + PAGE // 8].tolist()

    def word(self, pa):
        return self._words[(pa - RAM_BASE) // 8]

    def pages_with(self, index, value, mask):
        """The pages whose word at `index` equals the value under the mask."""
        column = self._words[index::PAGE // 8].tolist()
        return [RAM_BASE + place * PAGE for place, word in enumerate(column)
                if word & mask == value]

    def write_word(self, pa, value):
        self._words[(pa - RAM_BASE) // 8] = value & (1 << 64) - 1
