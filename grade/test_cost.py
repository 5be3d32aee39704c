"""grade/test_cost.py: what the kernel's services cost, in instructions.

QEMU counts them (ICOUNT=1), so a busy machine changes nothing.
"""

import re

import pytest

from grade.boots import SharedBoots
from grade.config import ROOT
from grade.guest import GuestFailed
from grade.machine import Machine
from grade.programs import build_programs

# What grade/guest/cost.c prints, at most how many, and what it is.
LIMITS = [
    ("getpid", 150, "getpid"),
    ("fork_page", 20, "fork, for each page of the parent"),
    ("copying_fault", 1700, "a write that copies a page"),
]


@pytest.fixture(scope="module")
def costs(calf, tmp_path_factory):
    """The boot that ran cost.c, and what it printed, value by name."""
    machine = Machine(cpus=1, icount=True)
    boot = SharedBoots(calf.config(), calf.logs, "cost", machine)
    programs = build_programs(calf.config(), str(ROOT / "grade/guest/cost.c"),
                              tmp_path_factory.mktemp("cost"))
    _, text = boot.boot("cost", "cost\n", 60, 60, items=programs)
    yield boot, dict(re.findall(r"^(\w+) (\d+)$", text, re.MULTILINE))
    boot.end()


@pytest.mark.xdist_group("cost")
@pytest.mark.parametrize("name, most, what", LIMITS,
                         ids=[name for name, _, _ in LIMITS])
def test_cost(costs, name, most, what):
    """instructions: {what}, at most {most}"""
    boot, values = costs
    if name not in values:
        raise GuestFailed(boot.keep_log().explain(
            f"cost.c did not print {name}"))
    if int(values[name]) > most:
        raise GuestFailed(
            f"{what}: expected at most {most} instructions, "
            f"seen {values[name]}\nlog: {boot.keep_log().path}")
