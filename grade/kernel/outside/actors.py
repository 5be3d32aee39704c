"""grade/kernel/outside/actors.py: processes that wait in user mode, each on
its own hart, until they are told to act.

They run grade/kernel/programs/duel.c. Their orders and their roles are in
their registers, so that they need no memory for them.
"""

import shutil
import struct
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from grade.kernel.outside.checks import check
from grade.kernel.outside.disguise import disguise
from grade.kernel.outside.probe import NAMES, PARENT
from grade.machine import failures, run_to_end
from grade.machine.gdbstub import PC, Lost
from grade.machine.guest import GuestFailed
from grade.machine.harts import Harts
from grade.machine.host.limits import limit
from grade.machine.image import make_script_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.ram import PAGE, Ram
from grade.machine.shared_boots import BOOT_ARGS
from grade.machine.sv39 import AddressSpace, BadTables, root_of
from grade.machine.system_calls import system_calls

DUEL = "duel"           # a kind of machine, as failures.py counts them
HARTS = 4
MEGABYTES = 64
SECONDS = 5             # for steps that take milliseconds, and for the boot
STALL_SECONDS = 0.005   # then check whether a hart only waits
IDLE_SECONDS = 0.001
ROLE, A0, A1, A2, A3, A7, S2 = 9, 10, 11, 12, 13, 17, 18        # registers
STORES, CALL, CALLS, END = 4, 20, 28, 48    # from the entry, as in duel.c
LOOP = bytes.fromhex("6f000000")        # its first instruction: j .
WFI = bytes.fromhex("73005010")         # the kernel waits for an interrupt

NUMBERS = {name: number for number, name in system_calls().items()}
FORK = NUMBERS["fork"]


@dataclass(frozen=True)
class Deed:
    """An order for an actor, and its effect: bytes of memory by address, and
    the pages that are unmapped."""

    name: str
    place: int
    registers: dict
    written: dict = field(default_factory=dict)
    gone: tuple = ()


def stores(start, step, end, byte):
    """Store that byte at start, start + step and so on, before end."""
    return Deed("a store", STORES, {A0: start, A1: byte, A2: step, A3: end},
                {address: byte for address in range(start, end, step)})


def call(name, a0=0, a1=0, a2=0, gone=()):
    return Deed(f"{name}()", CALL,
                {A7: NUMBERS[name], A0: a0, A1: a1, A2: a2}, gone=gone)


def fill(fd, start, end):
    """Have fstat() fill the beginning of each page: like stores, but without
    memory it fails and goes on."""
    return Deed("fstat()", CALLS, {A7: NUMBERS["fstat"], S2: fd, A1: start,
                                   A2: PAGE, A3: end})


class Stage:
    """The machine with its actors, by role. Use it in a `with`. Whenever a
    method returns, all harts are stopped."""

    def __init__(self, config, log, programs):
        self._config = config
        self._log = log
        self._programs = programs
        self._where = {}        # harts of the actors that wait in user mode
        self._busy = set()      # actors that have had an order since then
        self.scene = ""         # what is being tried, for the message

    def __enter__(self):
        failures.check(DUEL)
        self._scratch = Path(tempfile.mkdtemp(prefix="calf-"))
        self.ram = Ram(self._scratch / "ram", MEGABYTES << 20)
        self._harts = None
        try:
            self._boot()
        except BaseException as error:
            self.__exit__(type(error), error)
            raise
        return self

    def __exit__(self, _, error, *__):
        if self._harts is not None:
            self._harts.end()
        self.ram.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        if isinstance(error, (Lost, OSError)):
            self.fail("the machine has died")

    def _boot(self):
        programs, names = disguise(self._programs, self._scratch)
        self.program = f"/bin/{names['duel']}"
        disk = make_script_image(self._config, self._scratch, names["duel"],
                                 programs)
        machine = Machine(cpus=HARTS, mem=f"{MEGABYTES}M", args=BOOT_ARGS)
        command = machine.command(self._config.path("kernel"), disk,
                                  ON_STDOUT)
        self._harts = Harts([*command, *self.ram.words], stdout=self._log,
                            stderr=self._log)
        self._entry = entry_of(self._programs["/bin/duel"])
        self._begin()

    def _begin(self):
        """Run until there is an actor, the parent."""
        harts = self._harts
        harts.breakpoint(self._entry)
        while not self._where:
            hart = harts.run(range(HARTS), limit(SECONDS))
            if hart is None:
                self.fail("the first process begins")
            harts.select(hart)
            if harts.code(self._entry, len(LOOP)) == LOOP:
                self._name(hart, PARENT)
            else:           # a program that begins at the same address
                harts.no_breakpoint(self._entry)
                harts.step(hart)
                harts.breakpoint(self._entry)

    def _stands(self, hart):
        return self._harts.pc_of(hart) == self._entry

    def _name(self, hart, role):
        registers = self._harts.registers_of(hart)
        registers[ROLE] = role
        self._harts.set_registers(hart, registers)
        self._where[role] = hart

    def fail(self, what):
        panicked = run_to_end.PANIC_MARK.search(self._log.text().encode())
        (failures.panicked if panicked else failures.hung)(DUEL)
        how = "the kernel panicked" if panicked \
            else "it did not come to its next step"
        raise GuestFailed(self._log.explain(
            f"{what}; {how}\n{self.scene}".rstrip()))

    # ---- what the actors do ----

    def tell(self, role, deed):
        """Set what the actor will do when it runs next."""
        hart = self._where[role]
        registers = self._harts.registers_of(hart)
        for index, value in deed.registers.items():
            registers[index] = value & (1 << 64) - 1
        registers[PC] = self._entry + deed.place
        self._harts.set_registers(hart, registers)
        self._busy.add(role)

    def settle(self, roles):
        """Run until all these wait in user mode again. If there is a new
        child or a new program, it is the last of them."""
        for role in self._busy:
            self._where.pop(role, None)
        self._busy.clear()
        while len(self._where) < len(roles):
            standing = self._where.values()
            hart = self._harts.run(
                [h for h in range(HARTS) if h not in standing],
                limit(SECONDS))
            if hart is None:
                self.fail(" and ".join(NAMES[role] for role in roles)
                          + " go on in user mode")
            self._came(hart, roles[-1])

    def _came(self, hart, newborn):
        registers = self._harts.registers_of(hart)
        is_child = registers[ROLE] == PARENT and registers[A7] == FORK \
            and registers[A0] == 0
        if is_child or registers[ROLE] == 0:    # exec clears registers
            self._name(hart, newborn)
        else:
            self._where[registers[ROLE]] = hart

    def fork(self, child):
        self.tell(PARENT, call("fork"))
        self.settle([PARENT, child])

    def rename(self, role, new):
        self._name(self._where.pop(role), new)

    def do(self, role, deed):
        """Let the actor act while no other one exists. Returns the result."""
        self.tell(role, deed)
        self.settle([role])
        return self.result(role)

    def result(self, role):
        value = self._harts.registers_of(self._where[role])[A0]
        return value - (1 << 64) if value >> 63 else value

    def end(self, role):
        """Let the child exit, and the parent wait for it."""
        others = [other for other in self._where if other != role]
        self.tell(role, call("exit"))
        self.tell(PARENT, call("wait"))
        self.settle(others)

    def kill(self, pid):
        """Let the parent kill its child."""
        self.tell(PARENT, call("kill", pid))
        if not self.run_alone(PARENT):
            self._await_parent()

    def end_killed(self):
        """Let the parent wait for a child that was killed. That child must
        never come back to user mode."""
        self.tell(PARENT, call("wait"))
        self._await_parent()

    def place(self, role):
        """Where the actor's hart is stopped."""
        return self._harts.pc_of(self._where[role])

    def come_back(self, role, what):
        """Let all run until this actor is back in user mode."""
        hart = self._harts.run(
            [hart for hart in range(HARTS)
             if hart not in self._standing()], limit(SECONDS))
        if hart is None:
            self.fail(what)
        self._came(hart, role)
        self._busy.discard(role)

    def run_others(self, role, newborn):
        """Let all but this actor run until they are idle or wait for it.
        Returns true if a new process came to user mode meanwhile."""
        end = time.monotonic() + limit(SECONDS)
        others = [hart for hart in range(HARTS)
                  if hart not in (self._where[role], *self._standing())]
        while time.monotonic() < end:
            hart = self._harts.run(others, STALL_SECONDS)
            if hart is not None:
                # After an interrupt, it may be this one on another hart.
                self._came(hart, newborn)
                return newborn in self._where
            if all(map(self._harts.waits, others)):
                break
        return False

    def only(self, role):
        """The other actors have ended."""
        self._where = {role: self._where[role]}
        self._busy.clear()

    def _standing(self):
        """The harts of actors that have no order."""
        return [hart for role, hart in self._where.items()
                if role not in self._busy]

    def _await_parent(self):
        hart = self._harts.run(range(HARTS), limit(SECONDS))
        if hart is None:
            self.fail("a process that was killed ends")
        check(self._harts.registers_of(hart)[ROLE] == PARENT,
              "a process that was killed ends",
              f"it goes on in user mode\n{self.scene}")
        self._where = {PARENT: hart}
        self._busy.clear()

    def trace(self, role, most):
        """Let the actor carry out its order, the first instructions one by
        one, until its hart waits for an interrupt. Returns the addresses of
        the kernel's instructions, each with the four bytes there."""
        hart = self._where[role]
        places, codes, seen = [], {}, set()
        for _ in range(most):
            state = self._harts.state_of(hart)
            if state[PC] == self._entry:
                break
            if state in seen:
                self._let_idle_run()
            seen.add(state)
            if not self._entry < state[PC] < self._entry + END:
                if state[PC] not in codes:
                    codes[state[PC]] = self._harts.code(state[PC], 4)
                if codes[state[PC]] == WFI:
                    break
                places.append(state[PC])
            self._harts.step(hart)
        return [(place, codes[place]) for place in places]

    def hold(self, role, place, times):
        """Let the actor carry out its order until it reaches that place for
        the n-th time, or the end."""
        for turn in range(times):
            if turn > 0:
                self._harts.step(self._where[role])
            if not self._run_to(role, [place]):
                self.fail(f"{NAMES[role]} runs alone")
            if self._stands(self._where[role]):
                break

    def reach(self, role, places, seconds=SECONDS):
        """Let the actor carry out its order until it reaches one of these
        places. Returns false if it does not, because it has come to the end
        or its hart does something else."""
        self._harts.step(self._where[role])
        return self._run_to(role, places, seconds) \
            and not self._stands(self._where[role])

    def _run_to(self, role, places, seconds=SECONDS):
        hart = self._where[role]
        end = time.monotonic() + limit(seconds)
        reached = False
        self._watch(places)
        while not reached and time.monotonic() < end:
            reached = self._harts.run([hart], STALL_SECONDS) is not None
            if not reached and self._harts.waits(hart):
                self._watch_no_more(places)
                self._let_idle_run()
                self._watch(places)
        self._watch_no_more(places)
        return reached

    def _watch(self, places):
        for place in places:
            self._harts.breakpoint(place)

    def _watch_no_more(self, places):
        for place in places:
            self._harts.no_breakpoint(place)

    def run_alone(self, role):
        """Carry out the whole order. Returns false if the actor would have to
        wait for another one."""
        hart = self._where[role]
        end = time.monotonic() + limit(SECONDS)
        waited = False
        while not self._stands(hart):
            if self._harts.run([hart], STALL_SECONDS) is not None:
                continue
            if time.monotonic() > end:
                return False
            if self._harts.waits(hart):
                if waited:
                    return False
                waited = True
                self._let_idle_run()
        self._busy.discard(role)
        return True

    def _let_idle_run(self):
        """Let the other harts run for a moment, since one of them may have
        been stopped while it held a lock."""
        self._harts.run([hart for hart in range(HARTS)
                         if hart not in self._where.values()], IDLE_SECONDS)

    # ---- memory ----

    def root(self, role):
        """The root table that the actor's hart uses."""
        return root_of(self._harts.satp_of(self._where[role]))

    def written(self, role, register_of):
        """What the instruction before which the actor is stopped writes;
        `register_of` finds out from which register."""
        hart = self._where[role]
        registers = self._harts.registers_of(hart)
        code = self._harts.code(registers[PC], 4)
        return registers[register_of(int.from_bytes(code, "little"))]

    def space(self, role):
        try:
            return AddressSpace(self.ram, self.root(role))
        except BadTables as error:
            raise GuestFailed(self._log.explain(str(error))) from None

    def pages(self, role):
        """The actor's pages in RAM, by address."""
        return {va: page for va, page in self.space(role).pages.items()
                if self.ram.has(page.pa)}

    def page(self, role, va):
        pages = self.pages(role)
        check(va in pages, f"{NAMES[role]} has a page at {va:#x}", "none")
        return pages[va]


def entry_of(item):
    """The first instruction of the program that a mkfs item names."""
    return struct.unpack_from(
        "<Q", Path(item.partition("=")[2]).read_bytes(), 24)[0]
