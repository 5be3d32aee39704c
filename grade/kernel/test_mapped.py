"""grade/kernel/test_mapped.py: compare random programs that map memory with a
model of it (grade/kernel/model), as test_model.py does without mappings."""

import pytest

from grade.kernel.model.boot import build_subject
from grade.kernel.model.trial import Trials
from grade.kernel.on_strict import check
from grade.machine.guest import GuestFailed
from grade.machine.qemu import Machine

PROGRAMS = 25           # in each boot
BOOTS = {
    "four-harts": (1, Machine(cpus=4, mem="128M")),
    "one-hart": (2, Machine(cpus=1, mem="32M")),
}
# Only the strict machine tells a fence of one page from one of all pages.
FENCES = ("usertests rights_are_lost_at_once right_to_run_is_lost_at_once "
          "unmapped_page_is_gone_at_once dropped_pages_come_again_as_zeros "
          "stored_code_runs_once_it_may\n")


@pytest.fixture(scope="module")
def subject(calf, tmp_path_factory):
    return build_subject(calf.config(), tmp_path_factory.mktemp("subject"))


@pytest.mark.parametrize("name", BOOTS)
def test_programs(calf, subject, tmp_path, name):
    """mapped: random programs map memory: {name}"""
    seed, machine = BOOTS[name]
    trials = Trials(calf.config(), subject, tmp_path, calf.logs, maps=True)
    outcome = trials.boot(seed, PROGRAMS, machine)
    if outcome.failure:
        raise GuestFailed(
            f"{outcome.failure.what}\n"
            f"make model MAPS=1 SEED={seed} CPUS={machine.cpus} "
            f"MEM={machine.mem} finds a short program that shows it")


@pytest.mark.parametrize("harts, seed", ((1, 1), (2, 2)))
def test_fences(calf, log, harts, seed):
    """mapped: translations that a call takes away, {harts}, seed {seed}"""
    check(calf, log, FENCES, harts, seed)
