"""grade/kernel/test_mapped.py: compare random programs that map memory with a
model of it (grade/kernel/model), as test_model.py does without mappings."""

import pytest

from grade.kernel import on_strict
from grade.kernel.model.boot import build_subject
from grade.kernel.model.graded import check
from grade.machine.qemu import Machine

BOOTS = {
    "four-harts": (1, Machine(cpus=4, mem="128M")),
    "one-hart": (2, Machine(cpus=1, mem="32M")),
}
# Only on the strict machine does a fence of one page leave other pages stale.
FENCES = ("usertests rights_are_lost_at_once right_to_run_is_lost_at_once "
          "unmapped_page_is_gone_at_once dropped_pages_come_again_as_zeros "
          "stored_code_runs_once_it_may code_in_a_file_runs\n")


@pytest.fixture(scope="module")
def subject(calf, tmp_path_factory):
    return build_subject(calf.config(), tmp_path_factory.mktemp("subject"))


@pytest.mark.parametrize("name", BOOTS)
def test_programs(calf, subject, tmp_path, name):
    """mapped: random programs map memory: {name}"""
    check(calf, subject, tmp_path, *BOOTS[name], maps=True)


@pytest.mark.parametrize("harts, seed", ((1, 1), (2, 2)))
def test_fences(calf, log, harts, seed):
    """mapped: translations that a call takes away, {harts}, seed {seed}"""
    on_strict.check(calf, log, FENCES, harts, seed)
