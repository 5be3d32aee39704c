"""grade/tools/bench/tracing.py: QEMU under its debugger, with the trace that
it writes to a fifo."""

import os
import select

from grade.machine.gdbstub import Gdbstub, Lost


class TracingStub(Gdbstub):
    """While go() runs, what QEMU traces goes to `sink`."""

    def __init__(self, command, folder, out):
        self.fifo = folder / "trace"
        os.mkfifo(self.fifo)
        # Also for writing: the end of what QEMU writes is no end for us.
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
        """All that the fifo has."""
        while True:
            try:
                data = os.read(self._trace, 1 << 16)
            except BlockingIOError:
                return
            if self._sink is not None:
                self._sink(data)
