"""grade/machine/run_to_end.py: boot once, run to the end, and see how it
ended."""

import os
import re
import select
import subprocess
import time
from dataclasses import dataclass

from grade.machine.host import process

PANIC_STATUS = 101      # QEMU's exit status after a panic, given panic=exit
TIMEOUT_STATUS = 124
PANIC_MARK = re.compile(rb"panic: hart \d+: ")
AFTER_PANIC = 10        # seconds of silence after a panic until QEMU is ended
FOR_EVER = float("inf")


class OutputClosed(Exception):
    """Nobody reads the output any more."""


@dataclass
class Ending:
    """How a run ended. `status` is the guest's unless one of the other fields
    is set; `died` is the number of the signal that ended QEMU, or 0."""

    status: int
    panicked: bool = False
    timed_out: bool = False
    died: int = 0


class PanicWatch:
    """Finds the kernel's panic message in text that comes in pieces."""

    def __init__(self):
        self.seen = False
        self._tail = b""

    def feed(self, data):
        text = self._tail + data
        self.seen = self.seen or PANIC_MARK.search(text) is not None
        self._tail = text[-32:]


def run(command, sink, timeout=None, silence=None, out_fd=None,
        stderr=None, give_up=None):
    """Start QEMU and pass the guest's output to `sink(bytes)` until QEMU ends,
    `timeout` seconds have passed, it was silent for `silence` seconds, or
    give_up() is true. With `out_fd`, raise OutputClosed when its reader goes
    away."""
    child = process.start(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=stderr)
    watch = PanicWatch()
    try:
        timed_out = _pump(child, sink, watch, timeout, silence, out_fd,
                          give_up)
        if not timed_out:
            child.wait()
    finally:
        process.kill(child)
        child.stdout.close()
    if watch.seen and (timed_out or child.returncode == PANIC_STATUS):
        return Ending(PANIC_STATUS, panicked=True)
    if timed_out:
        return Ending(TIMEOUT_STATUS, timed_out=True)
    if child.returncode < 0:
        return Ending(128 - child.returncode, died=-child.returncode)
    return Ending(child.returncode)


def _pump(child, sink, watch, timeout, silence, out_fd, give_up):
    """Pass on the output until its end. Returns true if the time ran out."""
    source = child.stdout.fileno()
    poller = select.poll()
    poller.register(source, select.POLLIN | select.POLLHUP)
    if out_fd is not None:
        poller.register(out_fd, 0)      # POLLERR: its reader is gone
    end = time.monotonic() + (timeout or FOR_EVER)
    silent = time.monotonic() + (silence or FOR_EVER)
    while True:
        left = min(end, silent) - time.monotonic()
        if left <= 0 or give_up and give_up():
            return True
        events = dict(poller.poll(
            min(left, 1 if give_up else 3600) * 1000 + 1))
        if out_fd is not None and events.get(out_fd, 0) & select.POLLERR:
            raise OutputClosed
        if source not in events:
            continue
        data = os.read(source, 65536)
        if not data:
            return False
        watch.feed(data)
        sink(data)
        quiet = AFTER_PANIC if watch.seen else silence or FOR_EVER
        silent = time.monotonic() + quiet
