"""grade/test_cost.py: what the kernel's services cost, in instructions.

QEMU counts them (ICOUNT=1), so a busy machine changes nothing.
"""

import os
import re

import pytest

from grade.boots import SharedBoots
from grade.guest import GuestFailed
from grade.machine import Machine
from grade.outside.filling import fills_frames

# A row of cowbench, at most how many, and what it is. They leave room: a plain
# loop that walks runs and counts inline is well below.
LIMITS = [
    ("getpid", 150, "getpid"),
    ("fork_page", 30, "fork, for each page of the parent"),
    ("fault_copy", 1600, "a write that copies a page"),
    ("free_page", 300, "giving back a page"),
]
FILLED = "seen: frames are full of other bytes once they are given back"


@pytest.fixture(scope="module")
def costs(calf):
    """The boot that ran cowbench, and what it printed, value by name."""
    machine = Machine(cpus=1, icount=True)
    boot = SharedBoots(calf.config(), calf.logs, "cost", machine)
    names = " ".join(name for name, _, _ in LIMITS)
    _, text = boot.boot("cost", f"cowbench {names}\n", 60, 60)
    yield boot, dict(re.findall(r"^(\S+) +([\d.]+) instructions$", text,
                                re.MULTILINE))
    boot.end()


@pytest.mark.xdist_group("cost")
@pytest.mark.skipif("1" in (os.environ.get("DEBUG"), os.environ.get("AUDIT")),
                    reason="checks have their price")
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
