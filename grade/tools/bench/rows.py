"""grade/tools/bench/rows.py: the rows to measure, and the machine for each.

A row has the name that cowbench uses (user/bin/cowbench).
"""

from dataclasses import dataclass

from grade.machine.host.build import ROOT, UserError
from grade.machine.qemu import Machine

PEERS = ROOT / "grade/tools/bench/peers"
PEER_NAMES = ("Linux 6.1", "xv6 + lab", "xv6, eager")

SIZES = (1, 16, 256, 2560, 25600, 262144)       # pages: up to 1 GiB
CROWDS = (1, 10, 100, 400)                      # of at most 512 processes
HARTS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Row:
    """Something to measure: with `cpus` the time on that many harts, otherwise
    instructions."""

    name: str
    title: str
    mem: str = "128M"
    args: str = ""
    cpus: int = 0

    def machine(self):
        return Machine(cpus=self.cpus or 1, mem=self.mem, args=self.args,
                       icount=not self.cpus)

    def command(self):
        """The command that measures the row by hand, on the finished
        kernel."""
        words = [f"CPUS={self.cpus}" if self.cpus else "ICOUNT=1"]
        if self.mem != "128M":
            words.append(f"MEM={self.mem}")
        if self.args:
            words.append(f"ARGS={self.args}")
        return f'make run {" ".join(words)} CMD="cowbench {self.name}"'


def sized(name, title):
    """One row for each size of the parent."""
    return [Row(f"{name}:{n}", f"{title}, parent of {amount(n)}",
                mem="3G" if n > 2560 else "128M")
            for n in SIZES]


def amount(npages):
    kib = npages * 4
    for unit in ("KiB", "MiB", "GiB"):
        if kib < 1024 or unit == "GiB":
            return f"{kib:g} {unit}"
        kib //= 1024


MAIN = [
    Row("getpid", "getpid()"),
    Row("pipe", "pipe: write a byte and read it"),
    Row("pipe_round_trip", "pipe round trip, two processes"),
    Row("switch", "context switch"),
    Row("fork", "fork() alone, tiny parent"),
    Row("fork_page", "fork(), more for each page"),
    Row("exit_page", "exit + wait, more for each page"),
    Row("fork_exit_wait", "fork + exit + wait, tiny parent"),
    Row("fork_write_wait", "the same, 10 MiB, child writes 10%"),
    Row("fork_exec_wait", "fork + exec + wait, tiny parent"),
    Row("fork_exec_wait:2560", "fork + exec + wait, parent of 10 MiB"),
    Row("fork_exec_wait:25600", "fork + exec + wait, parent of 100 MiB",
        mem="3G"),
    Row("fork_exec_wait:262144", "fork + exec + wait, parent of 1 GiB",
        mem="3G"),
    Row("fault_copy", "write fault that copies"),
    Row("fault_last_owner", "write by the last owner"),
    Row("fault_fresh", "new heap page, first write"),
    Row("fault_zero", "new heap page, first read"),
    Row("fault_zero_write", "heap page that was only read, first write"),
    Row("heap_grow:16", "sbrk() of 64 KiB"),
    Row("heap_grow:262144", "sbrk() of 1 GiB", mem="3G"),
    Row("free_page", "heap page given back"),
    Row("child_memory", "KiB used by a sleeping child, tiny parent"),
    Row("child_memory:2560", "KiB used by a sleeping child, 10 MiB",
        mem="512M"),
    Row("child_lost:2560", "KiB not free again after 20 of them",
        mem="512M"),
    Row("sleepers", "processes asleep in 128 MiB", args="maxproc=100000"),
    Row("file_create", "open() that makes a file"),
    Row("file_write", "write() of 1 MiB"),
    Row("file_open", "open() of a file of 1 MiB"),
    Row("file_read", "read() of 1 MiB"),
    Row("file_unlink", "unlink() of 1 MiB"),
]

SCALE = [
    *sized("fork", "fork()"),
    *sized("fork_exit_wait", "fork + exit + wait"),
    *[Row(f"crowd:{n}", f"fork + exec + wait, {n} others asleep")
      for n in CROWDS],
]

PARALLEL = [Row(f"parallel:{n}", f"forks a second, {n} harts", cpus=n)
            for n in HARTS]

ROWS = {row.name: row for row in [*MAIN, *SCALE, *PARALLEL]}


def rows_named(names):
    """The Rows of these names. Raises UserError for an unknown name."""
    for name in names:
        if name not in ROWS:
            raise UserError(f"ROWS={name}: no such row; there are "
                            + " ".join(ROWS))
    return [ROWS[name] for name in names]


def read_peers():
    """The peers' figures by row, with None for a figure that is missing."""
    found = {}
    for line in PEERS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, *values = [part.strip() for part in line.split("|")]
            found[name] = [None if v == "-" else float(v) for v in values]
    return found
