"""grade/kernel/test_mapped.py: compare random programs that map memory with a
model of it (grade/kernel/model), as test_model.py does without mappings."""

import pytest

from grade.kernel.model.boot import build_subject
from grade.kernel.model.trial import Trials
from grade.machine.guest import GuestFailed
from grade.machine.qemu import Machine

PROGRAMS = 25           # in each boot
BOOTS = {
    "four-harts": (1, Machine(cpus=4, mem="128M")),
    "one-hart": (2, Machine(cpus=1, mem="32M")),
}


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
