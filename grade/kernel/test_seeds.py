"""grade/kernel/test_seeds.py: the kernel on the strict machine, with fixed
seeds: the verdict is the same on every machine and at every load.

The tests ask nothing special of the kernel. What is special is the machine,
which does all that the specification allows (docs/strict.md)."""

from pathlib import Path

import pytest

from grade.kernel.on_strict import check

PROGRAMS = Path("grade", "kernel", "programs")
FENCES = ("transl && usertests freed_heap_is_gone_at_once "
          "shrunk_heap_is_gone_at_once\n")
# Pages above 4 GiB.
FAR = "usertests heap_may_cross_any_border\n"
# Different programs after each other, so that frames with old instructions get
# new ones.
LOADS = ("echo a\ncat /README >/x\nwc /x\nls /bin >/y\ngrep a /y >/z\n"
         "head /x\nls /\nwc /y\ncp /x /w\nrm /w\ncat /z\nps\nwc /x\n"
         + 4 * "cat /README | grep a | wc\nls /bin | head\n")
RACES = ("usertests two_owners_race take_over_races_copy exit_races_write "
         "kernel_copies_race_stores all_take_and_free_frames\n")


@pytest.mark.parametrize("harts, seed", ((1, 1), (2, 2), (2, 3), (4, 4)))
def test_fences(calf, log, harts, seed):
    """strict: changing translations and code, {harts}, seed {seed}"""
    check(calf, log, FENCES, harts, seed, str(PROGRAMS / "transl.c"))


def test_fences_far(calf, log):
    """strict: changing translations of high addresses"""
    check(calf, log, FAR, 1, 1)


@pytest.mark.parametrize("harts, seed", ((1, 1), (2, 2), (2, 3)))
def test_loads(calf, log, harts, seed):
    """strict: programs in frames of others, {harts}, seed {seed}"""
    check(calf, log, LOADS, harts, seed)


@pytest.mark.parametrize("harts, seed", ((2, 1), (4, 2), (4, 3)))
def test_races(calf, log, harts, seed):
    """strict: frames with several owners, {harts}, seed {seed}"""
    check(calf, log, RACES, harts, seed)


@pytest.mark.parametrize("harts", (2, 4))
def test_harts(calf, log, harts):
    """strict: processes that compute run at the same time, {harts}"""
    check(calf, log, f"harts {harts}\n", harts, 1, str(PROGRAMS / "harts.c"),
          switches=())
