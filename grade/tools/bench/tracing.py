"""grade/tools/bench/tracing.py: run QEMU under its debugger, and read the
trace that it writes to a fifo."""

import os
import select

from grade.machine.gdbstub import Gdbstub, Lost


class TracingStub(Gdbstub):
    """While go() runs, QEMU's trace goes to `sink`."""

    def __init__(self, command, folder, out):
        self.fifo = folder / "trace"
        os.mkfifo(self.fifo)
        # Opened for writing, too, so that reads never see the end of file.
        self._trace = os.open(self.fifo, os.O_RDWR | os.O_NONBLOCK)
        self._sink = None
        super().__init__(command, stdout=out, stderr=out)

    def end(self):
        super().end()
        os.close(self._trace)

    def go(self, sink=None):
        self._sink = sink
        return super().go()

    def _wait(self, seconds):
        while True:
            ready, _, _ = select.select([self._trace, self._socket], [], [],
                                        seconds)
            if not ready:
                raise Lost
            self._drain()
            if self._socket in ready:
                return

    def _drain(self):
        """Read all that is in the fifo."""
        while True:
            try:
                data = os.read(self._trace, 1 << 16)
            except BlockingIOError:
                return
            if self._sink is not None:
                self._sink(data)
