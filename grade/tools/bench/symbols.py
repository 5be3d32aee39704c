"""grade/tools/bench/symbols.py: the addresses and names of functions in a
linked file."""

import bisect
import struct
import subprocess


class Symbols:
    """The functions of an ELF file, by name and by address."""

    def __init__(self, config, path):
        self._bytes = path.read_bytes()
        text = subprocess.run(
            [*config.command("nm"), "-n", str(path)], check=True,
            stdout=subprocess.PIPE, encoding="utf-8").stdout
        rows = [line.split() for line in text.splitlines()]
        found = [(int(row[0], 16), row[2]) for row in rows
                 if len(row) == 3 and row[1] in "tT"
                 and row[2][0] not in ".$"]
        self._starts = [address for address, _ in found]
        self._names = [name for _, name in found]
        self.address = {name: address for address, name in found}

    def name(self, address):
        """The function that contains the address."""
        place = bisect.bisect_right(self._starts, address) - 1
        return self._names[place] if place >= 0 else "?"

    def code(self, address, nbytes):
        """The bytes of the file for that address (ELF-64, program header)."""
        table, = struct.unpack_from("<Q", self._bytes, 32)
        size, count = struct.unpack_from("<HH", self._bytes, 54)
        for i in range(count):
            offset, start, _, length = struct.unpack_from(
                "<QQQQ", self._bytes, table + i * size + 8)
            if start <= address < start + length:
                at = offset + address - start
                return self._bytes[at:at + nbytes]
        raise ValueError(f"no code at {address:#x}")
