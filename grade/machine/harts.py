"""grade/machine/harts.py: a machine whose harts run only when they are told
to.

QEMU's debugger treats each hart as a thread. While some harts run, the others
are stopped, perhaps in the middle of the kernel.
"""

import re
import struct

from grade.machine.gdbstub import PC, Gdbstub, Late, Lost

SATP = re.compile(r"^\s*satp\s+([0-9a-f]{16})", re.MULTILINE)
THREAD = re.compile(r"thread:([0-9a-f]+);")
REGISTERS = struct.Struct("<33Q")       # x0 to x31 and pc
STEPS_MAX = 40          # instructions of a loop that waits for a lock
STEP_SECONDS = 0.1      # an instruction that takes longer is a wfi
INTERRUPT = b"\x03"


class Harts(Gdbstub):
    """Call step() and run() only while all harts are stopped; they are stopped
    again afterwards."""

    # The harts that QEMU's debugger shows, and steps, if known. When a hart
    # stops at a breakpoint or after a step, it becomes both.
    _shown = _stepped = None

    def select(self, hart):
        """Select the hart whose registers and memory the debugger shows."""
        if hart != self._shown:
            self.ask(f"Hg{hart + 1:x}")
        self._shown = hart

    def registers_of(self, hart):
        """x0 to x31 and pc, as a list."""
        self.select(hart)
        return list(REGISTERS.unpack_from(bytes.fromhex(self.ask("g"))))

    def set_registers(self, hart, values):
        self.select(hart)
        self.ask("G" + REGISTERS.pack(*values).hex())

    def state_of(self, hart):
        return tuple(self.registers_of(hart))

    def pc_of(self, hart):
        return self.registers_of(hart)[PC]

    def satp_of(self, hart):
        return int(SATP.findall(self.monitor("info registers -a"))[hart], 16)

    def run(self, harts, seconds):
        """Let these harts run until one reaches a breakpoint, or the time is
        up. Returns that hart, or None."""
        return self._resume("c", harts, seconds)

    def step(self, hart):
        """Execute one instruction without interrupts. Returns None if it never
        ends.

        QEMU puts each hart into single-step mode, but takes only its current
        one out of it. If that were another hart, this one would stop after one
        instruction the next time it runs."""
        if hart != self._stepped:
            self.ask(f"Hc{hart + 1:x}")
        return self._resume("s", [hart], STEP_SECONDS)

    def _resume(self, how, harts, seconds):
        self._shown = self._stepped = None
        self._send("vCont" + "".join(f";{how}:{hart + 1:x}"
                                     for hart in harts))
        try:
            stop = THREAD.search(self._receive(seconds))
        except Late:
            self._socket.sendall(INTERRUPT)
            self._receive()
            return None
        if stop is None:        # QEMU reports that it has ended
            raise Lost
        self._shown = self._stepped = int(stop.group(1), 16) - 1
        return self._shown

    def waits(self, hart):
        """True if this hart only waits for another one: it returns to the same
        place with the same registers."""
        seen = set()
        for _ in range(STEPS_MAX):
            state = self.state_of(hart)
            if state in seen or self.step(hart) is None:
                return True
            seen.add(state)
        return False
