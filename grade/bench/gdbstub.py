"""grade/bench/gdbstub.py: QEMU's debugger interface, as much as we need.

QEMU connects to a socket of ours, stopped before the first instruction. The
protocol: "Remote Serial Protocol" in gdb's manual.
"""

import os
import select
import socket
import subprocess

from grade import process
from grade.config import UserError

STEP_SECONDS = 60       # for the answer to one command
PC = 32                 # the place of pc among the registers


class Lost(UserError):
    """QEMU has ended, or does not answer."""

    def __init__(self):
        super().__init__("QEMU has ended, or its debugger does not answer")


class Gdbstub:
    """One QEMU of one hart, and the trace that it writes to a fifo."""

    def __init__(self, command, folder, out):
        path = folder / "gdb"
        self.fifo = folder / "trace"
        os.mkfifo(self.fifo)
        # Also for writing: the end of what QEMU writes is no end for us.
        self._trace = os.open(self.fifo, os.O_RDWR | os.O_NONBLOCK)
        self._breakpoints = set()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(1)
        self._child = process.start(
            [*command, "-S", "-gdb", f"unix:{path}"], stdout=out, stderr=out,
            stdin=subprocess.DEVNULL)
        with listener:
            self._socket = self._accept(listener)
        self._bytes = b""
        self.ask("QStartNoAckMode")
        self._socket.sendall(b"+")

    def _accept(self, listener):
        for _ in range(STEP_SECONDS):
            try:
                return listener.accept()[0]
            except socket.timeout:
                if self._child.poll() is not None:
                    break
        self.end()
        raise Lost

    def end(self):
        process.kill(self._child)
        os.close(self._trace)

    # ---- packets ----

    def _send(self, text):
        data = text.encode()
        self._socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))

    def _receive(self, sink=None):
        """The next packet's text. What is traced meanwhile goes to `sink`."""
        while b"#" not in self._bytes[:-2]:
            ready, _, _ = select.select([self._trace, self._socket], [], [],
                                        STEP_SECONDS)
            if self._trace in ready:
                self._drain(sink)
            if self._socket in ready:
                data = self._socket.recv(4096)
                if not data:
                    raise Lost
                self._bytes += data
            if not ready:
                raise Lost
        packet, _, rest = self._bytes.partition(b"#")
        self._bytes = rest[2:]
        self._drain(sink)
        return packet.partition(b"$")[2].decode()

    def _drain(self, sink):
        """All that the fifo has."""
        while True:
            try:
                data = os.read(self._trace, 1 << 16)
            except BlockingIOError:
                return
            if sink is not None:
                sink(data)

    def ask(self, text):
        self._send(text)
        return self._receive()

    # ---- commands ----

    def monitor(self, command):
        """A command of QEMU's monitor."""
        self._send("qRcmd," + command.encode().hex())
        while self._receive() != "OK":
            pass

    def breakpoint(self, address):
        self._breakpoints.add(address)
        self.ask(f"Z0,{address:x},4")

    def pc(self):
        registers = bytes.fromhex(self.ask("g"))
        return int.from_bytes(registers[PC * 8:PC * 8 + 8], "little")

    def code(self, address, nbytes):
        """What is there, or b"" where nothing is mapped."""
        answer = self.ask(f"m{address:x},{nbytes:x}")
        return b"" if answer.startswith("E") else bytes.fromhex(answer)

    def go(self, sink=None):
        """Run to the next breakpoint; False when QEMU has ended instead."""
        try:
            here = self.pc()
            if here in self._breakpoints:
                self.ask(f"z0,{here:x},4")
                self._send("s")
                self._receive(sink)
                self.ask(f"Z0,{here:x},4")
            self._send("c")
            return self._receive(sink).startswith("T")
        except (Lost, OSError):
            return False
