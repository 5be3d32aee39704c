"""grade/tools/gdb/procs.py: for gdb: the kernel's processes and their
mappings."""

from collections import defaultdict
from dataclasses import dataclass

import gdb

from grade.machine.sv39 import AddressSpace

PROCESSES_MAX = 1 << 17         # a longer list is not a list of processes


@dataclass(frozen=True)
class Process:
    """`value` is the struct, `uvm` the struct of its address space, and `root`
    the physical address of its root table, or None for a kernel thread."""

    pid: int
    name: str
    state: str
    hart: object
    parent: object
    value: object
    uvm: object
    root: object

    def __str__(self):
        return f"pid {self.pid} ({self.name})"


def list_members(memory, head, kind, field):
    """The structs on a list of the kernel, given the address of its head."""
    link = gdb.lookup_type("struct list")
    offset = next(f.bitpos // 8 for f in kind.fields() if f.name == field)
    here = int(memory.value(head, link)["next"])
    for _ in range(PROCESSES_MAX):
        if here in (head, 0):
            return
        yield here - offset
        here = int(memory.value(here, link)["next"])


def all_processes(memory):
    """All processes, by pid."""
    running = {int(hart["proc"]): number
               for number, hart in enumerate(harts(memory))}
    kind = gdb.lookup_type("struct proc")
    buckets = gdb.parse_and_eval("&'kernel/proc/table.c'::buckets")
    size = gdb.lookup_type("struct list").sizeof
    first, count = int(buckets), buckets.type.target().range()[1] + 1
    found = {}
    for head in range(first, first + count * size, size):
        for address in list_members(memory, head, kind, "hash"):
            process = read_process(memory, address, kind, running)
            found[process.pid] = process
    return dict(sorted(found.items()))


def read_process(memory, address, kind, running):
    value = memory.value(address, kind)
    parent = int(value["parent"])
    uvm = memory.pointed(value["uvm"]) if int(value["uvm"]) else None
    return Process(
        pid=int(value["pid"]), name=value["name"].string(errors="replace"),
        state=str(value["state"]).replace("PROC_", "").lower(),
        hart=running.get(address), value=value, uvm=uvm,
        parent=int(memory.value(parent, kind)["pid"]) if parent else None,
        root=memory.physical(uvm["root"])
        if uvm is not None and int(uvm["root"]) else None)


def harts(memory):
    """The structs of the harts that are in use."""
    table = memory.variable("harts")
    return [table[i] for i in range(int(memory.variable("nharts")))]


def selected_hart():
    return gdb.selected_thread().ptid[1] - 1


def find_process(memory, pid=None):
    """The process with that pid, or without a pid the one that runs on the
    selected hart."""
    processes = all_processes(memory)
    if pid is not None:
        if pid not in processes:
            raise gdb.GdbError(f"no process has pid {pid}: see ps")
        return processes[pid]
    for process in processes.values():
        if process.hart == selected_hart():
            return process
    raise gdb.GdbError(f"hart {selected_hart()} runs no process: name a pid")


class Mappings:
    """The pages that map each frame, as lists of (process, va) by physical
    address."""

    def __init__(self, memory):
        self._of = defaultdict(list)
        for process in all_processes(memory).values():
            if process.root is None:
                continue
            for page in AddressSpace(memory, process.root).pages.values():
                self._of[page.pa].append((process, page.va))

    def of(self, pa):
        return self._of.get(pa, [])
