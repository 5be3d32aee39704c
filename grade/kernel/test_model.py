"""grade/kernel/test_model.py: compare random programs with a model of memory
(grade/kernel/model)."""

import pytest

from grade.kernel.model.boot import build_subject
from grade.kernel.model.graded import check
from grade.machine.qemu import Machine

BOOTS = {
    "four-harts": (1, Machine(cpus=4, mem="128M")),
    "one-hart": (2, Machine(cpus=1, mem="32M")),
    "small": (3, Machine(cpus=4, mem="48M")),
}


@pytest.fixture(scope="module")
def subject(calf, tmp_path_factory):
    return build_subject(calf.config(), tmp_path_factory.mktemp("subject"))


@pytest.mark.parametrize("name", BOOTS)
def test_programs(calf, subject, tmp_path, name):
    """model: random programs see what they must: {name}"""
    check(calf, subject, tmp_path, *BOOTS[name])
