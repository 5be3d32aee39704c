"""grade/kernel/edges/test_early_input.py: input typed before the kernel
runs."""

import array
import fcntl
import os
import subprocess
import termios
import time

import pytest

from grade.machine.guest import GuestFailed
from grade.machine.host import process
from grade.machine.host.limits import limit
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.qmp import Monitor

TEXT = b"echo first\npoweroff 7\n"

# QEMU's options for the console, and the number of bytes that QEMU accepts
# while the harts are stopped. The serial line has room for one. If QEMU looks
# for escape keys, 32 more wait until the serial line has been read.
# (-nographic means that, unless there is another monitor, as here.)
CONSOLES = {
    "plain": (ON_STDOUT, 1),
    "with escape keys": (["-display", "none", "-serial", "mon:stdio"],
                         len(TEXT)),
}


def unread(fd):
    """The number of bytes in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


class Early:
    """A paused machine, with a pipe for a keyboard."""

    def __init__(self, config, log, console, scratch):
        disk = make_image(config, scratch / "disk.img")
        self._monitor = Monitor(limit(20))
        self._keys, self._typist = os.pipe()
        command = Machine(args="panic=exit").command(
            config.path("kernel"), disk, console)
        self._child = process.start(
            [*command, "-S", *self._monitor.words], stdin=self._keys,
            stdout=log, stderr=log, pass_fds=self._monitor.pass_fds)
        self._monitor.begin()

    def type(self, text, taken):
        """Type the text and close the keyboard. Returns when QEMU has accepted
        that many bytes of it."""
        os.write(self._typist, text)
        os.close(self._typist)
        end = time.monotonic() + limit(20)
        while unread(self._keys) > len(text) - taken:
            if time.monotonic() > end:
                raise GuestFailed("QEMU does not read its standard input")
            time.sleep(0.01)

    def run(self):
        """Let the machine run to its end. Returns its status, or None."""
        self._monitor.go_on()
        try:
            return self._child.wait(limit(20))
        except subprocess.TimeoutExpired:
            return None

    def end(self):
        process.kill(self._child)
        self._monitor.close()
        os.close(self._keys)


@pytest.mark.parametrize("console", CONSOLES)
def test_typed_before_boot(config, log, tmp_path, console):
    """input typed before the first instruction is not lost: {console}"""
    words, taken = CONSOLES[console]
    machine = Early(config, log, words, tmp_path)
    try:
        machine.type(TEXT, taken)
        status = machine.run()
    finally:
        machine.end()
    if status != 7 or "$ first\n" not in log.text():
        raise GuestFailed(log.explain(
            f"expected the word `first` and status 7, not {status}"))
