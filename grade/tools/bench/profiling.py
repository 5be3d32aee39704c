"""grade/tools/bench/profiling.py: count the instructions of one operation by
function.

cowbench measures the row as usual, under QEMU's debugger. Between
meter_start() and meter_take() QEMU logs every instruction that it executes,
and each counts for the function that contains it. Like cowbench, this module
uses the window with the fewest instructions.
"""

import os
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from grade.machine.gdbstub import Lost
from grade.machine.guest import GuestFailed
from grade.machine.host.build import UserError
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.shared_boots import BOOT_ARGS
from grade.tools.bench.symbols import Symbols
from grade.tools.bench.tracing import TracingStub

# Short names for PROFILE=, besides the rows' own. 64 pages are quick to trace.
SHORT = {"fault": "fault_copy:64", "takeover": "fault_last_owner:64",
         "heap": "fault_fresh:64", "exec": "fork_exec_wait",
         "exit": "fork_exit_wait", "wait": "fork_exit_wait",
         "read": "file_read", "write": "file_write",
         "open": "file_open", "unlink": "file_unlink"}
COMPUTED = ("switch", "fork_page", "exit_page", "crowd", "parallel",
            "child_memory", "child_lost", "sleepers")
# Monitor commands that make QEMU trace each instruction, for QEMU 8.1 and
# later and for older versions.
ONE_AT_A_TIME = ("one-insn-per-tb on", "singlestep on")
PROGRAM = "(programs)"
KERNEL_FROM = 1 << 63
CODE_BYTES = 16         # enough to recognize cowbench
USUAL_PAGES = 1024      # in a window of the rows that count pages
LIST = re.compile(r"^([a-z_]+)(?::[A-Z]+)? +[^\s\d]+ +([\dA-Z]+|-)  .*$",
                  re.MULTILINE)
FIGURE = re.compile(r"^\S+ +([\d.]+) instructions$", re.MULTILINE)


@dataclass(frozen=True)
class Profile:
    """Instructions by function for `ops` operations, and the number that
    cowbench counted for one operation."""

    row: str
    ops: int
    counts: dict
    counted: float

    def traced(self):
        return sum(self.counts.values()) / self.ops

    def shares(self):
        """Functions and their instructions of one operation, the largest
        first."""
        return sorted(((name, count / self.ops)
                       for name, count in self.counts.items()),
                      key=lambda share: (-share[1], share[0]))


class Window:
    """The trace of one window: how often each address was executed."""

    def __init__(self):
        self.counts = Counter()
        self._tail = b""

    def feed(self, data):
        # "Trace 0: 0x7f... [.../ADDRESS/...] "
        *lines, self._tail = (self._tail + data).split(b"\n")
        self.counts.update(line.split(b"/", 2)[1] for line in lines
                           if line.startswith(b"Trace "))


def can_profile(name):
    """True if the row is measured directly, in instructions."""
    return name.partition(":")[0] not in COMPUTED


def profile(config, kernel, name):
    """The Profile of the row, for the kernel's ELF file."""
    if not can_profile(name):
        raise UserError(f"PROFILE={name}: not measured in instructions, or "
                        "computed from other rows; try fork or fault")
    row = SHORT.get(name, name)
    program = Symbols(config, elf_of(config, "/bin/cowbench"))
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        folder = Path(folder)
        windows = trace(config, kernel, row, program, folder)
        text = (folder / "console").read_text("utf-8", "replace")
    figure = FIGURE.search(text)
    if figure is None:
        raise UserError(f"PROFILE={name}: " + why_not(text))
    return Profile(row, ops_of(row, text), by_function(
        min(windows, key=lambda counts: sum(counts.values())),
        Symbols(config, kernel)), float(figure.group(1)))


def why_not(text):
    """cowbench's error message, or the last line on the console."""
    lines = [line for line in text.splitlines() if not LIST.fullmatch(line)]
    return lines[-1] if lines else "the machine ended before cowbench did"


def ops_of(row, text):
    """The number of operations in a window, as cowbench -l lists it."""
    name, _, number = row.partition(":")
    for found, ops in LIST.findall(text):
        if found == name:
            return int(ops if ops.isdigit() else number or USUAL_PAGES)
    raise UserError(f"cowbench -l does not list {name}")


def by_function(counts, symbols):
    """Sum up counts by address into counts by function, of all programs."""
    found = Counter()
    for text, times in counts.items():
        address = int(text, 16)
        found[symbols.name(address) if address >= KERNEL_FROM
              else PROGRAM] += times
    return found


def elf_of(config, guest):
    """The file with the symbols, beside the one for the image."""
    return Path(config.items()[guest].partition("=")[2] + ".elf")


def stub_for(config, kernel, commands, folder, console):
    """A machine that will run the commands, before its first instruction."""
    script = folder / "run.sh"
    script.write_text(commands, "utf-8")
    disk = make_image(config, folder / "disk.img",
                      {"/run.sh": f"/run.sh={script}"})
    machine = Machine(cpus=1, icount=True, args=BOOT_ARGS)
    # Remove sleep=off. It lets the clock jump whenever the debugger stops the
    # machine, and the trace would contain the ticks.
    command = [word.replace(",sleep=off", "")
               for word in machine.command(kernel, disk, ON_STDOUT)]
    stub = TracingStub(command, folder, console)
    stub.order(*ONE_AT_A_TIME)
    stub.order(f"logfile {stub.fifo}")
    return stub


def trace(config, kernel, row, program, folder):
    """Count how often each address is executed in each window of the row."""
    start, end = (program.address[name]
                  for name in ("meter_start", "meter_take"))
    windows = []
    window = None
    with open(folder / "console", "wb") as console:
        stub = stub_for(config, kernel, f"cowbench -l; cowbench {row}\n",
                        folder, console)
        try:
            stub.breakpoint(start)
            stub.breakpoint(end)
            while stub.go(window.feed if window else None):
                pc = stub.pc()
                if stub.code(pc, CODE_BYTES) != program.code(pc, CODE_BYTES):
                    continue    # another program has other code there
                if pc == start:
                    window = Window()
                    stub.order("log exec,nochain")
                elif window:
                    stub.order("log none")
                    windows.append(window.counts)
                    window = None
        except Lost:
            pass
        finally:
            stub.end()
    return windows[1:]  # in the first one, cowbench measures its own cost


def boot_instructions(config):
    """Instructions from power-on to the first command of the first shell. No
    program can count them, because QEMU moves the counter on while the machine
    waits for its disk."""
    program = Symbols(config, elf_of(config, "/bin/cowbench"))
    start = program.address["meter_init"]
    window = Window()
    with tempfile.TemporaryDirectory(prefix="calf-") as folder, \
            open(os.devnull, "wb") as console:
        stub = stub_for(config, config.path("kernel"), "cowbench getpid\n",
                        Path(folder), console)
        try:
            stub.breakpoint(start)
            stub.order("log exec,nochain")
            while stub.go(window.feed):
                if stub.code(start, CODE_BYTES) \
                        == program.code(start, CODE_BYTES):
                    return sum(window.counts.values())
        finally:
            stub.end()
    raise GuestFailed("it ended before the shell's first command")
