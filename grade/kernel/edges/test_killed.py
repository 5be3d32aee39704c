"""grade/kernel/edges/test_killed.py: the kernel's message when it kills a
program.

grade/kernel/programs/killed.c dies in each of these ways.
"""

import re

import pytest

from grade.machine.qemu import Machine
from grade.machine.shared_boots import SharedBoots
from grade.machine.user_programs import build_programs

PROGRAM = "grade/kernel/programs/killed.c"
NO_MEMORY = "needs a page that no memory is left for, instruction "
OVERFLOW = (r"(store to|load from) an address below the stack "
            r"\(stack overflow\)")

DEATHS = {
    "null": "load from a NULL pointer, address 0x4,",
    "heap": "load from an address that is not mapped,",
    "kernel": "load from an address that is not mapped,",
    "jump": "jump to a page that does not allow it,",
    "nomem-store": "store to a page that no memory is left for,",
    "text": "store to a page that does not allow it,",
    "jump-far": "jump to an address that is not mapped,",
    "mstatus": "illegal instruction, instruction 0x30002[0-9a-f]{3},",
    "nomem-mstatus": "illegal instruction, instruction 0x30002[0-9a-f]{3},",
    "nomem-adds": "floating-point instruction " + NO_MEMORY,
    "nomem-loads": "floating-point instruction " + NO_MEMORY,
    "nomem-flags": "floating-point instruction " + NO_MEMORY,
    "recursion": OVERFLOW,
    "gap": OVERFLOW,
    # The stack has 64 KiB, and its guard 1 MiB. A larger array reaches down to
    # addresses that are never mapped.
    "array 60000": None,
    "array 70000": OVERFLOW,
    "array 90000": OVERFLOW,
    "array 900000": OVERFLOW,
    "array 4000000": OVERFLOW,
    "array 1000000000": OVERFLOW,
}


@pytest.fixture(scope="module")
def said(calf, tmp_path_factory):
    """The kernel's message for each cause of death, all from one boot."""
    boot = SharedBoots(calf.config(), calf.logs, "killed", Machine(cpus=1))
    items = build_programs(calf.config(), PROGRAM,
                           tmp_path_factory.mktemp("killed"))
    script = "".join(f"echo '== {how}'\nkilled {how}\n" for how in DEATHS)
    _, text = boot.boot("killed", script + "true\n", 120, 60, items=items)
    yield dict(part.split("\n", 1) for part in text.split("== ")[1:])
    boot.end()


@pytest.mark.xdist_group("killed")
@pytest.mark.parametrize("how", DEATHS)
def test_words(said, how):
    """the kernel says why it kills a program: {how}"""
    words = said.get(how, "nothing")
    if DEATHS[how] is None:
        assert words == ""
    else:
        assert re.match(rf"killed \(pid \d+\) killed: {DEATHS[how]}", words)
        assert words.count("\n") == 1
