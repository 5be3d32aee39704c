"""grade/machine/guest.py: a machine that a test boots, watches and ends.

Nothing here waits without a limit, and no QEMU outlives its Guest. If the
machine does not do what it should, GuestFailed says what was expected, what
happened instead, and where the log is.
"""

import os
import re
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pexpect

from grade.machine import failures, run_to_end
from grade.machine.failures import GuestFailed
from grade.machine.host import process
from grade.machine.host.limits import limit
from grade.machine.host.text import printable
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, ON_TERMINAL
from grade.machine.ram import first_contents
from grade.machine.user_programs import build_programs

OUTPUT_MAX = 4 << 20    # bytes that a guest may print
# Kinds of machines, as failures.py counts them.
SCRIPT, CONSOLE = "script", "console"
TAIL_LINES = 20
WAIT_SECONDS = 15       # for what takes less than one


class Log:
    """The file that keeps the output of a guest. Its size is bounded, and it
    is kept only if the test fails."""

    def __init__(self, folder, name):
        self.path = Path(folder) / (re.sub(r"[^\w.-]+", "_", name) + ".log")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "wb")
        self._size = 0
        self.edit = None        # what is done to the text for readers

    def write(self, data):
        self._file.write(data)
        self._size += len(data)
        if self._size > OUTPUT_MAX:
            raise GuestFailed(self.explain(
                f"the guest printed more than {OUTPUT_MAX >> 20} MiB"))

    def flush(self):
        self._file.flush()

    def fileno(self):
        return self._file.fileno()

    def end(self, keep):
        """Close the log, and delete it unless `keep` is true."""
        self._file.close()
        if not keep:
            self.path.unlink()
        elif self.edit:
            self.path.write_text(self.edit(self._read()), "utf-8")

    def text(self):
        self.flush()
        return self._read()

    def _read(self):
        text = self.path.read_bytes().decode("utf-8", errors="replace")
        return text.replace("\r\n", "\n")

    def explain(self, what):
        """The message `what`, the last lines of the console, and the path."""
        text = self.edit(self.text()) if self.edit else self.text()
        lines = text.splitlines()[-TAIL_LINES:]
        tail = "\n".join("    | " + line[:200] for line in lines) \
            or "    (it printed nothing)"
        return printable(
            f"{what}\nthe console's last lines:\n{tail}\nlog: {self.path}")


def run_script(config, machine, log, seconds, extra=None, silence=None):
    """Boot and run to the end, with the console going to `log`; returns the
    run_to_end.Ending. `machine.args` says what init does. The run is stopped
    after `silence` seconds without output."""
    scratch = tempfile.mkdtemp(prefix="calf-")
    try:
        disk = make_image(config, Path(scratch) / "disk.img", extra)
        command = machine.command(config.path("kernel"), disk, ON_STDOUT)
        return run_to_end.run(
            command + first_contents(machine, Path(scratch)), log.write,
            limit(seconds), stderr=log,
            silence=None if silence is None else limit(silence),
            give_up=lambda: failures.why_give_up(SCRIPT))
    finally:
        log.flush()
        shutil.rmtree(scratch, ignore_errors=True)


class Guest:
    """A machine with a user at its console. Use it in a `with`. Its disk can
    have additional programs (PROGS)."""

    def __init__(self, config, machine, log, programs=""):
        self.log = log
        self._programs = programs
        self._scratch = tempfile.mkdtemp(prefix="calf-")
        self._config = config
        self._machine = machine
        self._console = None
        self._read = b""

    def __enter__(self):
        failures.check(CONSOLE)
        scratch = Path(self._scratch)
        disk = make_image(self._config, scratch / "disk.img",
                          build_programs(self._config, self._programs,
                                         scratch))
        command = self._machine.command(
            self._config.path("kernel"), disk, ON_TERMINAL)
        command += first_contents(self._machine, scratch)
        self._console = pexpect.spawn(
            command[0], command[1:], timeout=None, echo=False,
            preexec_fn=process.die_with_parent, maxread=65536)
        self._console.delaybeforesend = None
        self._console.delayafterclose = 0
        self._console.logfile_read = self.log
        return self

    def __exit__(self, *_):
        try:
            # close() alone gives a busy host no time to end it.
            self._console.kill(signal.SIGKILL)
            self._console.wait()
            self._console.close()
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def send(self, text):
        self._console.send(text)

    def paste(self, text, feed, seconds=120):
        """Type the text as fast as the guest accepts it, and meanwhile pass
        the output to feed(), in bytes."""
        fd, left = self._console.child_fd, memoryview(text.encode())
        end = time.monotonic() + limit(seconds)
        os.set_blocking(fd, False)
        while left:
            readable, writable, _ = select.select(
                [fd], [fd], [], max(end - time.monotonic(), 0))
            if not readable and not writable:
                raise GuestFailed(self.log.explain(
                    f"{len(left)} bytes were not accepted"))
            if readable:
                data = os.read(fd, 65536)
                self.log.write(data)
                feed(data)
            if writable:
                left = left[os.write(fd, left[:4096]):]
        os.set_blocking(fd, True)

    def expect(self, pattern, seconds=WAIT_SECONDS):
        """Wait for a match of the regular expression; returns the text before
        it."""
        line_ends = pattern.replace(r"\n", r"\r?\n")
        watched = [line_ends.encode(), run_to_end.PANIC_MARK, pexpect.EOF,
                   pexpect.TIMEOUT]
        seconds = failures.patience(seconds)
        which = self._console.expect(watched, timeout=limit(seconds))
        before = self._console.before
        if which == 0:
            text = before.decode("utf-8", errors="replace")
            return text.replace("\r\n", "\n")
        if which == 3:
            failures.hung(CONSOLE)
        if which == 1:
            failures.panicked(CONSOLE)
            self._console.expect([pexpect.EOF, pexpect.TIMEOUT],
                                 timeout=limit(3))
        how = {1: "the kernel panicked", 2: "QEMU ended",
               3: f"it did not come within {limit(seconds):.0f} s"}[which]
        raise GuestFailed(self.log.explain(f"expected {pattern!r}: {how}"))

    def watch(self, feed, is_enough, seconds=30):
        """Pass the output to feed(), in bytes, until is_enough()."""
        end = time.monotonic() + limit(seconds)
        while not is_enough():
            try:
                feed(self._console.read_nonblocking(
                    65536, max(end - time.monotonic(), 0)))
            except (pexpect.EOF, pexpect.TIMEOUT) as stop:
                how = "the time is up" if isinstance(stop, pexpect.TIMEOUT) \
                    else "QEMU ended"
                raise GuestFailed(self.log.explain(how)) from None

    def prompt(self, seconds=WAIT_SECONDS):
        """Wait for the shell's prompt; returns the output before it."""
        return self.expect(r"(?:^|\n)\$ ", seconds)

    def ended(self, seconds=30):
        """Wait until QEMU ends; returns its exit status."""
        if self._console.expect([pexpect.EOF, pexpect.TIMEOUT],
                                timeout=limit(seconds)) == 1:
            raise GuestFailed(self.log.explain("the machine did not stop"))
        self._console.close()
        return self._console.exitstatus
