"""grade/tools/gdb/target.py: start QEMU for gdb, stopped before its first
instruction."""

import os
import socket
import subprocess
import threading

from grade.machine.host import process
from grade.machine.host.build import UserError
from grade.machine.host.text import shown
from grade.machine.qemu import option

SOCKET_NAME_MAX = 100   # bytes of a socket's path that all systems allow


def stopped_at(path):
    """QEMU's options that make it wait for a debugger on that socket."""
    if len(os.fsencode(path)) > SOCKET_NAME_MAX:
        raise UserError(f"{shown(str(path))}: too long for a socket: set "
                        "TMPDIR to a folder with a shorter path")
    if ":" in str(path):
        raise UserError(f"{shown(str(path))}: gdb would read the colon as "
                        "host and port: set TMPDIR to a folder without one")
    return ["-S", "-gdb", f"unix:{option(path)},server=on,wait=off"]


class Target:
    """Use it in a `with`. `folder` is for its socket, `words` are more options
    for QEMU, and `out` is the file descriptor for the guest's output."""

    def __init__(self, machine, kernel, disk, folder, words=(), out=1):
        self.stub = folder / "gdb"
        self._ours, theirs = socket.socketpair()
        serial = ["-display", "none", "-monitor", "none", "-chardev",
                  f"socket,id=console,fd={theirs.fileno()}",
                  "-serial", "chardev:console"]
        self._command = [
            *machine.command(kernel, disk, serial), *words,
            *stopped_at(self.stub)]
        self._theirs = theirs
        self._out = out
        self._child = self._reader = None

    @property
    def keyboard(self):
        """A file descriptor. What is written to it is typed at the guest's
        console."""
        return self._ours.fileno()

    def __enter__(self):
        # Ctrl-C is for gdb, which then stops the guest.
        with self._theirs:
            self._child = process.start(
                self._command, stdin=subprocess.DEVNULL,
                start_new_session=True, pass_fds=[self._theirs.fileno()])
        self._reader = threading.Thread(target=self._show)
        self._reader.start()
        return self

    def __exit__(self, *_):
        process.kill(self._child)
        self._reader.join()
        self._ours.close()

    def _show(self):
        """Pass on the guest's output until QEMU ends."""
        while True:
            data = self._ours.recv(65536)
            if not data:
                return
            while data:
                data = data[os.write(self._out, data):]

    def wait_for_stub(self):
        """Wait until QEMU listens. Raises UserError if it ends instead."""
        while not self.stub.exists():
            try:
                self._child.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise UserError("QEMU did not start")
