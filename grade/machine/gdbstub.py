"""grade/machine/gdbstub.py: the part of QEMU's debugger interface that this
project needs.

QEMU starts stopped before the first instruction. The protocol: "Remote Serial
Protocol" in gdb's manual.
"""

import re
import select
import socket
import subprocess
import time

from grade.machine.host import process
from grade.machine.host.build import UserError

STEP_SECONDS = 60       # for the answer to one command
PC = 32                 # the index of pc among the registers
REGISTER = re.compile(r"([\w/]+) +([0-9a-f]{16})\b")


class Lost(UserError):
    """QEMU has ended, or does not answer."""

    def __init__(self):
        super().__init__("QEMU has ended, or its debugger does not answer")


class Late(Lost):
    """It does not answer in time."""


class Gdbstub:
    """One QEMU. `options` are Popen's."""

    def __init__(self, command, **options):
        self.end_time = None    # by time.monotonic(): go() returns then
        self._breakpoints = set()
        self._bytes = b""
        self._socket, theirs = socket.socketpair()
        with theirs:
            fd = theirs.fileno()
            self.child = process.start(
                [*command, "-S", "-chardev", f"socket,id=gdb,fd={fd}",
                 "-gdb", "chardev:gdb"],
                stdin=subprocess.DEVNULL, pass_fds=(fd,), **options)
        try:
            self.ask("QStartNoAckMode")
            self._socket.sendall(b"+")
        except (Lost, OSError):
            self.end()
            raise Lost from None

    def end(self):
        process.kill(self.child)
        self._socket.close()

    # ---- packets ----

    def _send(self, text):
        data = text.encode()
        self._socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))

    def _receive(self, seconds=STEP_SECONDS):
        """The text of the next packet."""
        while b"#" not in self._bytes[:-2]:
            self._wait(seconds)
            data = self._socket.recv(4096)
            if not data:
                raise Lost
            self._bytes += data
        packet, _, rest = self._bytes.partition(b"#")
        self._bytes = rest[2:]
        return packet.partition(b"$")[2].decode()

    def _wait(self, seconds):
        """Wait until the socket is readable."""
        if self.end_time is not None:
            seconds = max(0, self.end_time - time.monotonic())
        if not select.select([self._socket], [], [], seconds)[0]:
            raise Late

    def ask(self, text):
        self._send(text)
        return self._receive()

    # ---- commands ----

    def monitor(self, command):
        """Run a command of QEMU's monitor; returns its output."""
        self._send("qRcmd," + command.encode().hex())
        text = ""
        while True:
            answer = self._receive()
            if answer == "OK":
                return text
            text += bytes.fromhex(answer[1:]).decode(errors="replace")

    def order(self, *commands):
        """Give QEMU's monitor the first of `commands` that this version knows;
        such a command prints nothing on success. Raises UserError."""
        for command in commands:
            said = self.monitor(command).strip()
            if not said:
                return
        raise UserError(f"QEMU's monitor does not obey `{command}`: {said}")

    def registers(self):
        """All registers that the monitor prints, by name: "pc", "satp",
        "x10/a0"."""
        return {name: int(value, 16) for name, value
                in REGISTER.findall(self.monitor("info registers"))}

    def breakpoint(self, address):
        if address not in self._breakpoints:
            self._breakpoints.add(address)
            self.ask(f"Z0,{address:x},4")

    def no_breakpoint(self, address):
        self._breakpoints.discard(address)
        self.ask(f"z0,{address:x},4")

    def pc(self):
        registers = bytes.fromhex(self.ask("g"))
        return int.from_bytes(registers[PC * 8:PC * 8 + 8], "little")

    def code(self, address, nbytes):
        """The bytes there, or b"" where nothing is mapped."""
        answer = self.ask(f"m{address:x},{nbytes:x}")
        return b"" if answer.startswith("E") else bytes.fromhex(answer)

    def go(self):
        """Run to the next breakpoint. Returns false if QEMU ended instead, or
        did not reach one in time."""
        try:
            here = self.pc()
            if here in self._breakpoints:
                self.ask(f"z0,{here:x},4")
                self._send("s")
                self._receive()
                self.ask(f"Z0,{here:x},4")
            self._send("c")
            return self._receive().startswith("T")
        except (Lost, OSError):
            return False
