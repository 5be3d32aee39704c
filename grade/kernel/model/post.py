"""grade/kernel/model/post.py: a machine whose processes obey orders.

The grader writes orders into the memory of a process of the guest, the post,
which passes them on and writes the answers beside them (subject/main.c).
"""

import secrets
import struct
import time
from dataclasses import replace

from grade.machine import failures, run_to_end
from grade.machine.shared_boots import BOOT_ARGS
from grade.kernel.model import space
from grade.kernel.model.rules import Wrong
from grade.kernel.model.wire import (DONE, FIGURE_NAMES, FIGURES, MARK_NONCE,
                                     MARK_ROLE, MARK_SEEN, NONCE, NUMBER,
                                     ORDER_SIZE, POST_END, POST_SEND,
                                     POST_VMSTAT, REPLIES, REPLY_AT,
                                     REPLY_SIZE, SEND_AT, SENDS, WHAT, Op,
                                     pack_order, unpack_reply)
from grade.machine.host.limits import limit
from grade.machine.qmp import MonitorLost
from grade.machine.sv39 import root_of
from grade.machine.watched import WatchedMachine

MODEL = "model"         # a kind of machine, as failures.py counts them
BOOT_SECONDS = 10
ANSWER_SECONDS = 3      # an order takes 1 ms, a hog some 100 ms
SPINS = 200             # polls for the answer before each short sleep
SLEEP_SECONDS = 0.00005
CHECK_SECONDS = 0.05    # between two checks of the console


class Silent(Wrong):
    """The machine does not answer any more."""


class Post:
    """Use it in a `with`. `symbols` has the addresses of `post` and `mark`,
    and `items` the programs by their names in the guest."""

    def __init__(self, config, log, machine, symbols, items):
        self._config = config
        self._log = log
        self._machine = replace(
            machine, args=f"{BOOT_ARGS} {machine.args}".strip())
        self._symbols = symbols
        self._items = items
        self._nonce = secrets.randbits(56) | 1
        self._number = 0
        self._shows = 0
        self.panic = ""

    def __enter__(self):
        failures.check(MODEL)
        self._watched = WatchedMachine(self._machine, limit(BOOT_SECONDS))
        self.ram = self._watched.ram
        try:
            self._watched.start(self._config, self._log,
                                f"model0 {self._nonce}", self._items)
            self._find_post()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._watched.end()

    # ---- finding memory ----

    def _roots(self):
        """The current root tables of the harts."""
        try:
            satps = self._watched.monitor.satps()
        except MonitorLost as error:
            self._check(time.monotonic() + 1, "")
            raise Silent(f"the machine has died ({error})") from error
        return {root_of(satp) for satp in satps} - {None}

    def _find_post(self):
        va = self._symbols["post"]
        end = time.monotonic() + limit(BOOT_SECONDS)
        while True:
            for root in self._roots():
                pa = space.find(self.ram, root, va)
                if pa and self.ram.word(pa + 8 * NONCE) == self._nonce + 1:
                    self._at = pa
                    return
            self._check(end, "the first process did not begin")
            time.sleep(0.01)

    def _check(self, end, what):
        """Raise Silent if waiting is pointless."""
        text = self._log.text()
        if run_to_end.PANIC_MARK.search(text.encode()):
            line = next(line for line in text.splitlines()
                        if "panic: " in line)
            failures.panicked(MODEL)
            raise Silent("the kernel panicked: " + line.split("panic: ")[1])
        if self._watched.has_ended():
            raise Silent("the machine has ended")
        if time.monotonic() > end:
            failures.hung(MODEL)
            raise Silent(what)

    # ---- orders ----

    def _word(self, index):
        return self.ram.word(self._at + 8 * index)

    def _put(self, index, value):
        self.ram.write_word(self._at + 8 * index, value)

    def _do(self, what, seconds=ANSWER_SECONDS):
        self._number += 1
        self._put(WHAT, what)
        self._put(NUMBER, self._number)
        self._wait(seconds)

    def _wait(self, seconds):
        end = time.monotonic() + limit(seconds)
        check = time.monotonic() + CHECK_SECONDS
        word, address = self.ram.word, self._at + 8 * DONE
        while True:
            for _ in range(SPINS):
                if word(address) == self._number:
                    return
            time.sleep(SLEEP_SECONDS)
            if time.monotonic() > check:
                self._check(end, "there is no answer")
                check = time.monotonic() + CHECK_SECONDS

    def send(self, orders, replies):
        """`orders` are pairs of a role and the arguments of pack_order().
        Waits for that many replies."""
        for index, (role, *order) in enumerate(orders):
            at = self._at + SEND_AT + index * (8 + ORDER_SIZE)
            self.ram.put(at, struct.pack("<Q", role) + pack_order(*order))
        self._put(SENDS, len(orders))
        self._put(REPLIES, replies)
        self._do(POST_SEND)
        at = self._at + REPLY_AT
        return [unpack_reply(self.ram.get(at + i * REPLY_SIZE, REPLY_SIZE))
                for i in range(replies)]

    def figures(self):
        """The kernel's counters of memory, by name."""
        self._do(POST_VMSTAT)
        return {name: self._word(FIGURES + index)
                for index, name in enumerate(FIGURE_NAMES)}

    def show(self, role):
        """The address of that process's root table."""
        self._shows += 1
        self._put(REPLIES, 1)
        start = self._at + SEND_AT
        self.ram.put(start, struct.pack("<Q", role)
                     + pack_order([(Op.SHOW, self._shows)], False))
        self._put(SENDS, 1)
        self._number += 1
        self._put(WHAT, POST_SEND)
        self._put(NUMBER, self._number)
        end = time.monotonic() + limit(ANSWER_SECONDS)
        while True:
            for root in self._roots():
                mark = self.mark(root)
                if mark and self.ram.word(mark + 8 * MARK_ROLE) == role:
                    self.ram.write_word(mark + 8 * MARK_SEEN, self._shows)
                    self._wait(ANSWER_SECONDS)
                    return root
            self._check(end, f"process {role} was not seen on any hart")

    def mark(self, root):
        """The address of the mark, or None if it is not a process of the
        model."""
        pa = space.find(self.ram, root, self._symbols["mark"])
        if pa and self.ram.word(pa + 8 * MARK_NONCE) == self._nonce:
            return pa
        return None

    def finish(self):
        """Power off in an orderly way."""
        self._number += 1
        self._put(WHAT, POST_END)
        self._put(NUMBER, self._number)
