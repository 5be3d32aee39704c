"""grade/selftest/test_gdb.py: Calf's gdb commands tell the truth.

gdb stops a program at a write fault on a writable page, and the test reads the
same page tables in guest RAM from outside.
"""

import re
import subprocess

import pytest

from grade.machine.guest import GuestFailed
from grade.machine.host import process
from grade.machine.host.build import ROOT
from grade.machine.qemu import Machine
from grade.machine.ram import PAGE, Ram
from grade.machine.sv39 import R, W, X, AddressSpace
from grade.tools.gdb.__main__ import gdb_command, gdb_environment, make_disk
from grade.tools.gdb.target import Target
from grade.tools.setup.needs import needs, probe

MEGABYTES = 64
FAULTS_MAX = 20         # faults of other programs at that address
PROGRAM = """\
#include "calf.h"

int word = 1;

int main(void)
{
	if (fork() == 0)
		word = 2;
	return wait(NULL) < 0 && word == 1;
}
"""
PTE = re.compile(r"level 0 .*: page at (0x\w+), (.*)\n.* is physical (0x\w+)\n"
                 r".* map it: (\d+): .*\n.* counts: (\d+)")
ROW = re.compile(r"^ +(0x\w+) +(0x\w+) +\d+ (\S+)", re.MULTILINE)
PROCESS = re.compile(r"^ *(\d+) +(\S+) (\w+) +(\S+) (\S+)$", re.MULTILINE)


pytestmark = [pytest.mark.xdist_group("gdb"), needs("gdb")]


class Session:
    """A guest, and a gdb that the test controls."""

    def __init__(self, config, target, folder, log):
        env = {**gdb_environment(config, target, folder),
               "HOME": str(folder), "LC_ALL": "C"}
        self._log = log
        self._child = process.start(
            gdb_command(config, target), env=env, cwd=ROOT,
            pass_fds=[target.keyboard], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace")

    def __enter__(self):
        self.do("")             # skip the messages at its start
        return self

    def __exit__(self, *_):
        process.kill(self._child)

    def do(self, command):
        """Returns what gdb prints for the command."""
        self._child.stdin.write(f"{command}\necho \\nDONE\\n\n")
        self._child.stdin.flush()
        lines = []
        for line in self._child.stdout:
            self._log.write(line.encode())
            if line == "DONE\n":
                return "".join(lines).replace("(gdb) ", "")
            lines.append(line)
        raise GuestFailed(self._log.explain(f"gdb ended at: {command}"))


@pytest.fixture
def ram(tmp_path):
    ram = Ram(tmp_path / "ram", MEGABYTES << 20)
    yield ram
    ram.close()


@pytest.fixture
def gdb(config, log, ram, tmp_path, monkeypatch):
    monkeypatch.setenv("GDB", probe("gdb").rpartition("GDB=")[2])
    source = tmp_path / "writer.c"
    source.write_text(PROGRAM, "utf-8")
    disk, words = make_disk(
        config, {"CMD": "writer", "PROGS": str(source)}, tmp_path)
    machine = Machine(cpus=2, mem=f"{MEGABYTES}M",
                      args=" ".join(["quiet", *words]))
    with Target(machine, config.path("kernel"), disk, tmp_path,
                ram.words, log.fileno()) as target:
        target.wait_for_stub()
        with Session(config, target, tmp_path, log) as session:
            yield session


def processes(gdb):
    """(parent, state, hart, name) by pid, as ps prints them."""
    return {int(pid): facts for pid, *facts in PROCESS.findall(gdb.do("ps"))}


def pte(gdb, *words):
    """A page's frame, flags and physical address, the number of pages that map
    the frame, and the number of its owners."""
    text = gdb.do(" ".join(["pte", *map(str, words)]))
    frame, flags, physical, mapped, owners = PTE.search(text).groups()
    return (int(frame, 16), flags.split(", "), int(physical, 16), int(mapped),
            int(owners))


def space(gdb, ram, pid):
    """The pages of the process, read from outside. uvm must print the same."""
    text = gdb.do(f"uvm {pid}")
    root = int(re.search(r"root table at (0x\w+)", text).group(1), 16)
    pages = AddressSpace(ram, root).pages
    told = {va: letters for start, end, letters in ROW.findall(text)
            for va in range(int(start, 16), int(end, 16), PAGE)}
    assert told == {va: "".join(
        letter if page.flags & bit else "-"
        for letter, bit in (("r", R), ("w", W), ("x", X)))
        for va, page in pages.items()}
    return pages


def run_to_fault(gdb):
    """Run until the child is about to write. Returns its pid and its
    parent's."""
    gdb.do("add-user writer")
    gdb.do("break uvmfault if $scause == 15 "
           "&& $stval == (unsigned long)&word")
    for _ in range(FAULTS_MAX):
        gdb.do("continue")
        pid = int(gdb.do("print $pid()").split("=")[1])
        parent, state, hart, name = processes(gdb)[pid]
        if name == "writer":
            assert (state, hart.isdigit()) == ("running", True)
            return pid, int(parent)
    raise AssertionError("the writer does not write")


def test_write_fault(gdb, ram):
    """in gdb, ps, pte, uvm and locks show a fault as it is in memory"""
    child, parent = run_to_fault(gdb)
    va = int(gdb.do("print (long)&word").split("=")[1])
    page = va & -PAGE
    ours, theirs = space(gdb, ram, child), space(gdb, ram, parent)
    shared = ours[page].pa
    assert theirs[page].pa == shared
    flags = ["read", "user", "accessed", "dirty", "COW"]
    for words in ([va], [va, child], ["$stval"], ["&word", parent]):
        assert pte(gdb, *words) == (shared, flags, shared + va % PAGE, 2, 2)
    assert f"of pid {child} (writer): hart " in gdb.do("locks")
    gdb.do("finish")
    frame = space(gdb, ram, child)[page].pa
    flags = ["read", "write", "user", "accessed", "dirty"]
    assert frame != shared
    assert pte(gdb, va, child) == (frame, flags, frame + va % PAGE, 1, 1)
    assert space(gdb, ram, parent)[page].pa == shared
    assert pte(gdb, va, parent)[3:] == (1, 1)


def test_bad_input(gdb):
    """in gdb, a bad command is refused in one line"""
    for command in ("ps 1", "pte", "pte nosuch", "pte 0 99999", "pte main x",
                    "uvm 1 2", "uvm 99999", "locks x", "add-user",
                    "add-user nosuch", "add-user ../bin/sh", "pte 0"):
        answer = gdb.do(command).strip()
        assert len(answer.splitlines()) == 1 and "rror" not in answer, command
