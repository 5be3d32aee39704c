"""grade/kernel/outside/fixtures.py: machines for tests that look at page
tables."""

import pytest

from grade.kernel.outside.probe import (
    CHILD, GRANDCHILD, PARENT, Probe, build_probe)
from grade.machine.guest import GuestFailed, Log


@pytest.fixture(scope="session")
def program(calf, tmp_path_factory):
    return build_probe(calf.config(), tmp_path_factory.mktemp("probe"))


@pytest.fixture(scope="session")
def duel_program(calf, tmp_path_factory):
    return build_probe(calf.config(), tmp_path_factory.mktemp("duel"),
                       name="duel")


@pytest.fixture
def probe(calf, program, log):
    with Probe(calf.config(), log, program) as machine:
        yield machine


@pytest.fixture
def pair(probe):
    """The machine when its first process has forked."""
    probe.do(PARENT, "fork", CHILD)
    return probe


@pytest.fixture(scope="module")
def family(calf, program):
    """Three generations just after the forks, by role; or why there are
    none."""
    log = Log(calf.logs, "outside-family")
    try:
        with Probe(calf.config(), log, program) as probe:
            before = probe.look()[PARENT]
            probe.do(PARENT, "fork", CHILD)
            probe.do(CHILD, "fork", GRANDCHILD)
            seen = {0: before, **probe.look()}
    except GuestFailed as error:
        log.end(keep=True)
        return error
    log.end(keep=False)
    return seen


@pytest.fixture
def forked(family):
    """The two of the first fork, and the parent as it was before."""
    if isinstance(family, GuestFailed):
        raise family
    return family[PARENT], family[CHILD], family[0]


@pytest.fixture
def three(family):
    if isinstance(family, GuestFailed):
        raise family
    return [family[role] for role in (PARENT, CHILD, GRANDCHILD)]
