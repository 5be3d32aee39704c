"""grade/machine/watched.py: a machine whose memory and page tables can be read
from outside while it runs."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from grade.machine.host import process
from grade.machine.image import make_script_image
from grade.machine.qemu import ON_STDOUT
from grade.machine.qmp import Monitor
from grade.machine.ram import Ram


class WatchedMachine:
    """Runs from start() until end(), which must always be called. `ram`
    is its memory. `monitor` stops it and reports the satp of each hart."""

    def __init__(self, machine, seconds):
        """The monitor waits at most that long for an answer."""
        self._machine = machine
        self._scratch = Path(tempfile.mkdtemp(prefix="calf-"))
        self._child = None
        self.ram = Ram(self._scratch / "ram", machine.ram_bytes)
        self.monitor = Monitor(seconds)

    def start(self, config, log, commands, items):
        """Boot the kernel with the items on its disk, and the commands as
        /run.sh. What it prints goes to the log."""
        disk = make_script_image(config, self._scratch, commands, items)
        command = self._machine.command(config.path("kernel"), disk, ON_STDOUT)
        self._child = process.start(
            [*command, *self.ram.words, *self.monitor.words],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            pass_fds=self.monitor.pass_fds)
        self.monitor.begin()

    def has_ended(self):
        return self._child.poll() is not None

    def end(self):
        if self._child is not None:
            process.kill(self._child)
        self.monitor.close()
        self.ram.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
