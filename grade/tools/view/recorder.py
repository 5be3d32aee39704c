"""grade/tools/view/recorder.py: stop the machine at each trap of a program.

At the trap vector, scause gives the reason (RISC-V privileged specification)
and satp the process. The machine stops again where that process goes on. What
has changed in the page table in between is what the kernel did.
"""

import time
from dataclasses import replace

from grade.machine.gdbstub import Gdbstub, Lost
from grade.machine.host.build import UserError
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT
from grade.machine.ram import PAGE, Ram
from grade.machine.sv39 import R, W, X, BadTables, root_of
from grade.machine.system_calls import system_calls
from grade.machine.user_programs import SCRIPT, items_from, with_commands
from grade.tools.view.seen_process import Moment, Process, Trap
from grade.tools.view.seen_space import Space, read_programs, roots_like

BOOT_ARGS = "quiet panic=exit"
OUTPUT_MAX = 1 << 16    # bytes that the guest may print
ARGS_MAX = 16

ECALL = 8
ACCESS = {12: X, 13: R, 15: W}          # the access of a page fault
INTERRUPT = 1 << 63
FROM_KERNEL = 1 << 8                    # sstatus.SPP

class Recorder:
    """Runs the commands and records up to `most` moments. `ending` says why it
    stopped early, or is empty. `status` is the machine's."""

    def __init__(self, config, commands, settings, scratch, most):
        self.moments = []
        self.left_out = 0       # moments beyond `most`
        self.ending = ""
        self.status = None
        self.output = b""       # of the console
        self._most = most
        self._config = config
        self._processes = []
        self._before = {}
        self._stvec = None
        self._calls = system_calls()
        self._scratch = scratch
        self._ram = Ram(scratch / "ram", settings.machine.ram_bytes)
        self._console_path = scratch / "console"
        self._start(commands, settings)

    # ---- the machine ----

    def _start(self, commands, settings):
        items = items_from(self._config, settings.programs, self._scratch)
        extra, words = with_commands(self._config, items, commands,
                                     self._scratch)
        self._elfs = read_programs({**self._config.items(), **extra})
        disk = make_image(self._config, self._scratch / "disk.img", extra)
        machine = replace(settings.machine, icount=True, args=" ".join(
            [BOOT_ARGS, *words, settings.args]))
        # Remove sleep=off. It lets the clock jump whenever the debugger stops
        # the machine.
        command = [word.replace(",sleep=off", "") for word in machine.command(
            self._config.path("kernel"), disk, ON_STDOUT)]
        with open(self._console_path, "wb") as console:
            self._stub = Gdbstub([*command, *self._ram.words],
                                 stdout=console, stderr=console)
        self._stub.end_time = time.monotonic() + settings.seconds

    def run(self):
        """Run until the commands end or the time is over."""
        try:
            for elf in self._elfs.values():
                self._stub.breakpoint(elf.entry)
            while self._stub.go():
                registers = self._stub.registers()
                if root_of(registers["satp"]) is not None:
                    self._stopped(registers)
                if self._printed() > OUTPUT_MAX:
                    self.ending = ("it printed more than "
                                   f"{OUTPUT_MAX >> 10} KiB")
                    break
            self._settle(None)
            self._see_end()
        except BadTables as error:
            raise UserError(str(error)) from None
        except Lost:
            self._see_end()
        finally:
            self._stub.end()
            self._ram.close()
            self.output = self._console_path.read_bytes()

    def _see_end(self):
        child = self._stub.child
        if self.ending:
            return
        if time.monotonic() >= self._stub.end_time and child.poll() is None:
            self.ending = "it did not finish in time"
            return
        self.status = child.wait(10)

    def _printed(self):
        return self._console_path.stat().st_size

    # ---- stops ----

    def _stopped(self, registers):
        pc = registers["pc"]
        if self._stvec is None:
            self._begin(registers)
        elif pc != self._stvec:
            self._out(registers)
        elif not registers["mstatus"] & FROM_KERNEL:
            self._in(registers)

    def _begin(self, registers):
        """At the first instruction of the first program. From here on, the
        machine stops at every trap."""
        self._stvec = registers["stvec"] & ~3
        for entry in {elf.entry for elf in self._elfs.values()}:
            self._stub.no_breakpoint(entry)
        self._stub.breakpoint(self._stvec)
        first = self._new_process(root_of(registers["satp"]), None)
        first.program, first.elf = "init", self._elfs.get("init")
        self._before = self._pages()

    def _new_process(self, root, parent):
        process = Process(len(self._processes) + 1, root, parent)
        process.space = Space(self._ram, root)
        if parent is not None:
            process.program, process.args = parent.program, parent.args
            process.elf, process.heap = parent.elf, parent.heap
            process.drawn = parent.drawn
            process.is_shell = False
            process.stack = parent.stack
        self._processes.append(process)
        return process

    def _find(self, root):
        for process in self._processes:
            if process.root == root:
                return process
        return None

    def _in(self, registers):
        root = root_of(registers["satp"])
        process = self._find(root) or self._came_from_exec(registers, root)
        if process is None:
            process = self._unseen_child(registers, root)
        if process is None:
            return
        self._settle(process)
        process.stack = registers["x2/sp"]
        cause = registers["scause"]
        if cause & INTERRUPT:
            return
        process.trap = self._trap(process, registers)
        process.trap.back = registers["sepc"] + 4 * (cause == ECALL)
        self._await(process, process.trap.back)

    def _trap(self, process, registers):
        cause = registers["scause"]
        if cause != ECALL:
            return Trap(wanted=ACCESS.get(cause, 0), cause=cause,
                        address=registers["stval"])
        args = tuple(registers[f"x{10 + i}/a{i}"] for i in range(6))
        trap = Trap(call=self._calls.get(registers["x17/a7"], "?"), args=args)
        if trap.call == "exec":
            trap.ran = self._exec_words(process, *args[:2])
            for elf in self._elfs.values():
                self._stub.breakpoint(elf.entry)
        if trap.call == "fork":
            self._roots_before = self._roots_like(process)
        if trap.call == "kill":
            for other in self._processes:
                other.doomed |= other.pid == args[0]
        return trap

    def _await(self, process, address):
        process.resumes = address
        self._stub.breakpoint(address)

    def _arrived(self, process):
        """The process has left the kernel."""
        address, process.resumes = process.resumes, None
        process.doomed = False
        if address is not None and not any(
                address == other.resumes for other in self._processes):
            self._stub.no_breakpoint(address)

    def _out(self, registers):
        root = root_of(registers["satp"])
        process = self._find(root)
        if process is not None and registers["pc"] == process.resumes:
            self._has_result(process, registers["x10/a0"])
            self._arrived(process)
            self._settle(process)
            self._returned(process)
        elif process is None or self._is_in_exec(process):
            if self._came_from_exec(registers, root) is None:
                self._unseen_child(registers, root)

    @staticmethod
    def _has_result(process, value):
        trap = process.trap
        if trap is None or not trap.call:
            return
        trap.result = value - (value >> 63 << 64)
        if trap.call == "sbrk" and trap.result >= 0:
            process.heap = min(trap.result, process.heap or trap.result)

    # ---- the results of a trap ----

    def _pages(self):
        return {process.number: process.space.pages
                for process in self._processes}

    def _is_in_exec(self, process):
        return process.trap and process.trap.call == "exec" \
            and process.resumes is not None

    def _settle(self, now):
        """Record what has changed since the last stop. `now` is the process
        that runs, and so is alive."""
        for process in list(self._processes):
            trap = process.trap
            if process is not now and trap and process.resumes is not None:
                if trap.call == "exit":
                    self._end("exit", process)
                elif trap.wanted and not self._resolved(process):
                    self._end("killed", process)
        for process in list(self._processes):
            frozen = process is not now and (
                process.doomed or self._is_in_exec(process))
            if not frozen and process.space.refresh():
                self._changed(process)

    def _resolved(self, process):
        process.space.refresh()
        _, flags = process.space.pages.get(
            process.trap.address & -PAGE, (0, 0))
        return flags & process.trap.wanted

    def _end(self, kind, process):
        self._arrived(process)
        self._processes.remove(process)
        self._add(kind, process, process.trap)

    def _changed(self, process):
        trap = process.trap
        if trap is None:
            self._add("change", process, Trap())
        elif trap.call == "fork" and not trap.done:
            self._forked(process)
        elif trap.call:
            self._add("call", process, trap)
        else:
            self._add("fault", process, trap)

    def _returned(self, process):
        trap = process.trap
        if trap.call == "fork":
            self._fork_returned(process, trap)
        elif trap.call == "exec":
            self._no_exec()
            self._add("exec fails", process, trap)
        elif trap.call == "wait" and trap.result > 0:
            for other in list(self._processes):
                if other.pid == trap.result:
                    self._end("killed", other)
        process.trap = None

    # ---- fork ----

    def _fork_returned(self, process, trap):
        if trap.result < 0:
            self._add("fork fails", process, trap)
        elif not trap.done:
            self._forked(process)
        for child in self._processes:
            if child.parent is process and child.pid is None \
                    and trap.result > 0:
                child.pid = trap.result

    def _forked(self, process):
        """Look for the child's root table. If it cannot be told from others,
        the child is found when it first runs."""
        new = self._roots_like(process)
        fresh = [root for root, tables in new.items()
                 if self._roots_before.get(root) != tables]
        if len(fresh) == 1:
            self._add_child(process, fresh[0])

    def _add_child(self, parent, root):
        child = self._new_process(root, parent)
        trap = parent.trap
        child.trap = Trap(call="fork", done=True)
        trap.done = True
        self._await(child, trap.back)
        self._add("fork", parent, trap, child)
        return child

    def _roots_like(self, process):
        return roots_like(self._ram, process.space,
                          {other.root for other in self._processes})

    def _unseen_child(self, registers, root):
        """A process runs that was not found when its parent forked."""
        for parent in self._processes:
            if parent.trap and parent.trap.call == "fork" \
                    and not parent.trap.done \
                    and registers["pc"] == parent.trap.back \
                    and registers["x10/a0"] == 0:
                child = self._add_child(parent, root)
                self._arrived(child)
                return child
        return None

    # ---- exec ----

    def _exec_words(self, process, path, argv):
        words = [process.space.string(path)]
        for i in range(ARGS_MAX):
            pointer = process.space.read(argv + 8 * i, 8)
            if len(pointer) < 8 or not any(pointer):
                break
            words.append(process.space.string(
                int.from_bytes(pointer, "little")))
        return words

    def _came_from_exec(self, registers, root):
        """An address space that is new, or that has started again, belongs to
        a program for which a process has called exec."""
        waiting = [process for process in self._processes
                   if self._is_in_exec(process)]
        if not waiting:
            return None
        new = Process(0, root, space=Space(self._ram, root))
        name = self._new_name(new, registers)
        chosen = [process for process in waiting
                  if process.trap.ran[1:2] == [name]] or waiting
        if len(chosen) > 1 and self._find(root) in chosen:
            chosen = [self._find(root)]
        self._take_on(chosen[0], new)
        return chosen[0]

    def _new_name(self, new, registers):
        """argv[0], where the program itself finds it."""
        pointer = new.space.read(registers["x11/a1"], 8)
        return new.space.string(int.from_bytes(pointer, "little"))

    def _take_on(self, process, new):
        trap = process.trap
        process.root, process.space = new.root, new.space
        self._arrived(process)
        process.trap = None
        process.program = trap.ran[0].rpartition("/")[2]
        process.args = trap.ran[1:]
        process.elf = self._elfs.get(process.program)
        process.heap = None
        below = process.is_below_shell()
        process.is_shell = SCRIPT in process.args
        process.drawn = below and not process.is_shell
        self._no_exec()
        self._add("exec", process, trap)

    def _no_exec(self):
        """No process waits for a program to start any more."""
        if not any(self._is_in_exec(process) for process in self._processes):
            awaited = {process.resumes for process in self._processes}
            for entry in {elf.entry for elf in self._elfs.values()}:
                if entry not in awaited:
                    self._stub.no_breakpoint(entry)

    # ---- moments ----

    def _add(self, kind, process, trap, child=None):
        """Record that something has happened to a process, unless it is the
        shell."""
        before, pages = self._before, self._pages()
        self._before = pages
        if not process.drawn:
            return
        faces = {p.number: p.face() for p in [process, *self._processes]}
        moment = Moment(kind, process, trap, before, pages, self._printed(),
                        child, faces=faces)
        if kind == "fault":
            moment.vas = [trap.address & -PAGE]
        last = self.moments[-1] if self.moments else moment
        if self.left_out or not last.takes(moment):
            # The first one of a run is a moment by itself.
            moment.is_run = last.precedes(moment)
            if len(self.moments) < self._most:
                self.moments.append(moment)
            else:
                self.left_out += 1
