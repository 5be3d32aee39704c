"""grade/kernel/test_cost.py: the costs of the kernel's services, in
instructions.

QEMU counts them (ICOUNT=1), so the load of the host does not matter. A fence
counts as one instruction, whatever it costs the hart. So fork is also executed
step by step, to count its fences.
"""

import os
import re

import pytest

from grade.kernel.outside.actors import Stage, call, stores
from grade.kernel.outside.checks import check
from grade.kernel.outside.filling import fills_frames
from grade.kernel.outside.probe import CHILD, PARENT
from grade.machine.guest import GuestFailed
from grade.machine.qemu import Machine
from grade.machine.ram import PAGE
from grade.machine.shared_boots import SharedBoots

# A row of cowbench, its limit, and a description. The limits leave room: a
# plain loop that walks runs and counts inline is well below them.
LIMITS = [
    ("getpid", 150, "getpid"),
    ("fork_page", 30, "fork, for each page of the parent"),
    ("fault_copy", 1600, "a write that copies a page"),
    ("free_page", 300, "giving back a page"),
]
FORK_PAGES = 32
FORK_FENCES = 8         # the most additional fences for additional pages
FORK_STEPS = 12000
SFENCE, SFENCE_MASK = 0x12000073, 0xfe007fff    # whatever its registers
FILLED = "seen: frames are full of other bytes once they are given back"


@pytest.fixture(scope="module")
def costs(calf):
    """The boot that ran cowbench, and its values by name."""
    machine = Machine(cpus=1, icount=True)
    boot = SharedBoots(calf.config(), calf.logs, "cost", machine)
    names = " ".join(name for name, _, _ in LIMITS)
    _, text = boot.boot("cost", f"cowbench {names}\n", 60, 60)
    yield boot, dict(re.findall(r"^(\S+) +([\d.]+) instructions$", text,
                                re.MULTILINE))
    boot.end()


@pytest.mark.xdist_group("cost")
@pytest.mark.skipif("1" in (os.environ.get("DEBUG"), os.environ.get("AUDIT")),
                    reason="checks cost instructions")
@pytest.mark.parametrize("name, most, what", LIMITS,
                         ids=[name for name, _, _ in LIMITS])
def test_cost(costs, calf, name, most, what):
    """instructions: {what}, at most {most}"""
    boot, values = costs
    if name not in values:
        raise GuestFailed(boot.keep_log().explain(
            f"cowbench did not print {name}"))
    if float(values[name]) > most:
        filling = f"\n{FILLED}" if fills_frames(
            calf.config(), calf.logs) else ""
        raise GuestFailed(
            f"{what}: expected at most {most} instructions, "
            f"seen {values[name]}{filling}\nlog: {boot.keep_log().path}")


def fences_of_fork(stage):
    """The number of fences that the parent executes in a fork."""
    stage.tell(PARENT, call("fork"))
    codes = [code for _, code in stage.trace(PARENT, FORK_STEPS)]
    stage.run_alone(PARENT)
    stage.settle([PARENT, CHILD])
    stage.end(CHILD)
    return sum(int.from_bytes(code, "little") & SFENCE_MASK == SFENCE
               for code in codes)


def test_fences_of_fork(calf, log, duel_program):
    """outside: fork fences once for all pages"""
    with Stage(calf.config(), log, duel_program) as stage:
        few = fences_of_fork(stage)
        start = stage.do(PARENT, call("sbrk", FORK_PAGES * PAGE))
        stage.do(PARENT, stores(start, PAGE, start + FORK_PAGES * PAGE, 1))
        many = fences_of_fork(stage)
        check(many - few <= FORK_FENCES,
              f"for {FORK_PAGES} pages more at most {FORK_FENCES} sfence.vma "
              "more", f"{few} in a fork, then {many}")
