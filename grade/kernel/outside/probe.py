"""grade/kernel/outside/probe.py: tells processes in the guest what to do, step
by step, and looks at their memory in between.

Between two steps, each of these processes runs in user mode on a hart of its
own, so satp of that hart names its root table. They run
grade/kernel/programs/probe.c.
"""

import secrets
import tempfile
import time
from dataclasses import dataclass

from grade.kernel.outside.disguise import disguise
from grade.machine import failures, run_to_end
from grade.machine.failures import Broken
from grade.machine.guest import OUTPUT_MAX, GuestFailed
from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.machine.qemu import Machine
from grade.machine.qmp import MonitorLost
from grade.machine.ram import PAGE
from grade.machine.shared_boots import BOOT_ARGS
from grade.machine.sv39 import AddressSpace, BadTables, root_of
from grade.machine.user_programs import build_programs
from grade.machine.watched import WatchedMachine

OUTSIDE = "outside"     # a kind of machine, as failures.py counts them
HARTS = 4
MEGABYTES = 128
STEP_SECONDS = 5        # a step takes milliseconds, a boot less than one
PAUSE_SECONDS = 0.002   # between two looks, at first
PAUSE_SECONDS_MAX = 0.1
GATHER_SECONDS = 60
HEAP_PAGES = 8

# The words of struct mark, the areas, and the commands, as in probe.c.
NONCE, ROLE, ORDER, DONE, COMMAND, ARGS, RESULT, STATUS, AREA = (
    0, 1, 2, 3, 4, 5, 8, 9, 10)
AREAS = ["text", "constants", "data", "bss", "stack", "heap", "guard"]
SETTLED = AREA + len(AREAS)
COMMANDS = ["fork", "fork_store", "store", "read_pipe", "load_read_load",
            "read_file", "fstat", "pipe", "wait_at", "wait", "exit", "sbrk",
            "exec", "kill", "failed_fork", "load", "mmap", "munmap",
            "mprotect"]

PARENT, CHILD, GRANDCHILD = 1, 2, 3       # roles
NAMES = {PARENT: "the parent", CHILD: "the child",
         GRANDCHILD: "the grandchild"}


@dataclass(frozen=True)
class View:
    """A process at one moment: its pages by address, their contents, and the
    frames of its page tables."""

    root: int
    role: int
    pages: dict
    contents: dict
    tables: frozenset
    words: tuple            # of its mark
    mark: object            # the mark's page

    @property
    def name(self):
        return NAMES.get(self.role, f"process {self.role}")

    def area(self, name):
        return self.words[AREA + AREAS.index(name)]

    def frame(self, va):
        """The physical address of the frame at va, or None."""
        return self.pages[va].pa if va in self.pages else None

    def heap(self, index=0):
        return self.area("heap") + index * PAGE

    def known_pages(self):
        """The pages that a process uses only when told to."""
        return [*(self.area(name) for name in AREAS if name != "guard"),
                *(self.heap(index) for index in range(1, HEAP_PAGES))]


class Probe:
    """A machine with processes that obey orders. The first one has role 1. Use
    it in a `with`. `first` may be another program that waits."""

    def __init__(self, config, log, programs, first="probe"):
        self._config = config
        self._first = first
        self._log = log
        self._programs = programs
        self._nonce = secrets.randbits(60)
        self._alive = {1} if first == "probe" else set()
        self._orders = 1        # to begin: only then are others heard

    def __enter__(self):
        failures.check(OUTSIDE)
        self._scratch = tempfile.TemporaryDirectory(prefix="calf-")
        programs, names = disguise(self._programs, self._scratch.name) \
            if self._first == "probe" else (self._programs, {})
        first = names.get(self._first, self._first)
        self._machine = WatchedMachine(
            Machine(cpus=HARTS, mem=f"{MEGABYTES}M", args=BOOT_ARGS),
            limit(STEP_SECONDS))
        self._ram, self._monitor = self._machine.ram, self._machine.monitor
        try:
            self._machine.start(
                self._config, self._log,
                f"{first} {self._nonce} 1 {self._orders}", programs)
            self._wait_for("the first process begins", self._alive,
                           self._orders)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._machine.end()
        self._scratch.cleanup()

    # ---- orders ----

    def order(self, role, command, *args):
        """Give an order without waiting until it is done. The machine must be
        stopped, as it is after each other method."""
        self._orders += 1
        mark = self.look()[role].mark.pa
        for index, arg in enumerate(args):
            self._ram.write_word(mark + 8 * (ARGS + index), arg)
        self._ram.write_word(mark + 8 * COMMAND, COMMANDS.index(command))
        self._ram.write_word(mark + 8 * ORDER, self._orders)

    def do(self, role, command, *args):
        """Give an order and wait until it is done. Returns its result as a
        signed number."""
        self.order(role, command, *args)
        what = f"{NAMES[role]} was told to {command}"
        if command.startswith("fork"):
            self._alive.add(args[0])
            self._wait_for(what, {args[0]}, self._orders)
            mark = self._wait_for(what, {role})[role].mark.pa
            self._ram.write_word(mark + 8 * SETTLED, self._orders)
        seen = self._wait_for(what, {role}, self._orders)
        result = seen[role].words[RESULT]
        return result - (1 << 64) if result >> 63 else result

    def end(self, role, parent):
        """Have a process exit and its parent wait for it."""
        self.order(role, "exit", 0)
        self._alive.discard(role)
        self.do(parent, "wait")

    def gone(self, role):
        """Forget a process that has exited."""
        self._alive.discard(role)

    def look(self):
        """All processes of the probe as they are now, by role."""
        return self._wait_for("all processes run", self._alive)

    def gather(self, count):
        """That many processes that do nothing, by role, each as it was when a
        hart first ran it."""
        what = f"{count} processes that do nothing"
        end = time.monotonic() + limit(GATHER_SECONDS)
        found = {}
        while len(found) < count:
            try:
                known = {view.root for view in found.values()}
                found.update(self._seen(known))
                self._monitor.go_on()
            except (MonitorLost, BadTables) as error:
                raise self._lost(what, error) from error
            self._check_log(what)
            if time.monotonic() > end:
                raise GuestFailed(self._log.explain(
                    f"expected {what}; {len(found)} were seen"))
            time.sleep(0.02)
        return found

    # ---- views ----

    def frame_bytes(self, pa):
        """The bytes of a frame, whichever process maps it."""
        return self._ram.page(pa)

    def _wait_for(self, what, roles, order=None):
        """Run until these processes are on harts and have carried out the
        order, and stop the machine. It runs a little longer each time, because
        on a busy host its harts may not even begin in such a short time."""
        seconds = failures.patience(limit(STEP_SECONDS))
        end = time.monotonic() + seconds
        pause = PAUSE_SECONDS
        while True:
            try:
                seen = self._seen()
                if all(r in seen and order in (None, seen[r].words[DONE])
                       for r in roles):
                    return seen
                self._monitor.go_on()
            except (MonitorLost, BadTables) as error:
                raise self._lost(what, error) from error
            self._check_log(what)
            if time.monotonic() > end:
                failures.hung(OUTSIDE)
                gone = [NAMES[r] for r in sorted(roles) if r not in seen]
                raise GuestFailed(self._log.explain(
                    f"{what}; " + (
                        f"{' and '.join(gone)}: on no hart any more"
                        if gone else f"it still runs after {seconds:.0f} s, "
                        "and did not come to the end of that")))
            time.sleep(pause)
            pause = min(1.5 * pause, PAUSE_SECONDS_MAX)

    def _lost(self, what, error):
        """The error to raise when the machine cannot be inspected any more."""
        if isinstance(error, BadTables):
            ended = str(error)
        elif run_to_end.PANIC_MARK.search(self._log.text().encode()):
            failures.panicked(OUTSIDE)
            ended = "the kernel panicked"
        else:
            ended = f"the machine has died ({error})"
        return GuestFailed(self._log.explain(f"{what}; {ended}"))

    def _check_log(self, what):
        if self._log.path.stat().st_size > OUTPUT_MAX:
            raise GuestFailed(self._log.explain(
                f"the guest printed more than {OUTPUT_MAX >> 20} MiB"))
        if run_to_end.PANIC_MARK.search(self._log.text().encode()):
            failures.panicked(OUTSIDE)
            raise GuestFailed(self._log.explain(
                f"{what}; the kernel panicked"))

    def _seen(self, known=frozenset()):
        """Stop the machine. Returns the processes of the probe that are on a
        hart, by role, except those whose root tables are `known`."""
        self._monitor.stop()
        found = {}
        for root in {root_of(satp)
                     for satp in self._monitor.satps()} - known:
            view = root is not None and self._view(root)
            if view:
                self._check_marks(found.values(), view)
                found[view.role] = view
        return found

    def _check_marks(self, others, view):
        """Each process has written to its mark, so no two may share one."""
        for other in others:
            if other.mark.pa == view.mark.pa \
                    and (other.mark.writable or view.mark.writable):
                raise Broken(self._log.explain(
                    "expected: no frame writable for a process that another "
                    "process has, too\n"
                    f"seen:     one of two: {other.mark}\n"
                    f"seen:     the other:  {view.mark}"))

    def _view(self, root):
        """The process with that root table, or None if it is not one of the
        probe."""
        space = AddressSpace(self._ram, root)
        pages = {va: page for va, page in space.pages.items()
                 if self._ram.has(page.pa)}
        for page in pages.values():
            if self._ram.word(page.pa) == self._nonce:
                words = tuple(self._ram.page_words(page.pa))
                frames = {p.pa: self._ram.page(p.pa)
                          for p in pages.values()}
                contents = {va: frames[p.pa] for va, p in pages.items()}
                return View(root, words[ROLE], space.pages, contents,
                            frozenset(space.tables), words, page)
        return None


def build_probe(config, folder, log=None, name="probe"):
    """The probe's program, as items for a disk image."""
    source = ROOT / f"grade/kernel/programs/{name}.c"
    return build_programs(config, str(source), folder, log)
