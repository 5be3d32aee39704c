"""grade/kernel/unix/test_shell.py: the shell and the programs do what they
should."""

import pytest

from grade.kernel.unix.cases import CaseBoot
from grade.kernel.unix.program_cases import PROGRAMS
from grade.kernel.unix.shell_cases import SHELL
from grade.machine.qemu import Machine


def case_boot(name, cases):
    @pytest.fixture(scope="module", name=name)
    def boot(calf):
        made = CaseBoot(calf.config(), calf.logs, name, Machine(), cases)
        yield made
        made.end()
    return boot


def each(cases, name):
    return pytest.mark.parametrize("case", [
        pytest.param(c, id=c.name, marks=pytest.mark.xdist_group(name))
        for c in cases])


shell = case_boot("shell", SHELL)
programs = case_boot("programs", PROGRAMS)


@each(SHELL, "shell")
def test_shell(shell, case):
    """shell: {case.name}"""
    shell.check(case)


@each(PROGRAMS, "programs")
def test_program(programs, case):
    """program: {case.name}"""
    programs.check(case)
