"""grade/kernel/test_duels.py: make races happen.

One process is held in the middle of a fault, a system call or a fork while
another one works with the same frames. Then their memory is checked from
outside (outside/duel.py)."""

import os

import pytest

from grade.kernel.outside.actors import Stage
from grade.kernel.outside.duel import DUELS, Duel
from grade.kernel.outside.leaving import Leaving
from grade.kernel.outside.meeting import Meeting


def duels():
    """Their names. In fork-shrink, processes exit while another is held, and
    an audit at exit would wait for its hart."""
    audited = pytest.mark.skipif(os.environ.get("AUDIT") == "1",
                                 reason="an audit needs all harts to go on")
    return [pytest.param(name, marks=audited if name == "fork-shrink" else ())
            for name in DUELS]


@pytest.mark.parametrize("name", duels())
def test_duel(calf, log, duel_program, name):
    """outside: a race at each instruction: {name}"""
    with Stage(calf.config(), log, duel_program) as stage:
        Duel(stage, *DUELS[name]).run()


@pytest.fixture
def leaving(calf, log, duel_program):
    kernel = calf.config().path("kernel").read_bytes()
    with Stage(calf.config(), log, duel_program) as stage:
        yield Leaving(stage, kernel)


@pytest.mark.parametrize("name", ("read", "sleep"))
def test_kill_before_sleep(leaving, name):
    """outside: a kill just before a sleep is not lost: {name}"""
    leaving.kill_on_the_way_to_sleep(name)


def test_kill_in_exec(leaving):
    """outside: a kill in exec is not lost"""
    leaving.kill_in_exec()


@pytest.mark.parametrize("name", ("exec", "exit"))
def test_table_in_use(leaving, name):
    """outside: no page table is freed while a hart uses it: {name}"""
    leaving.leave(name)


@pytest.fixture
def meeting(calf, log, duel_program):
    with Stage(calf.config(), log, duel_program) as stage:
        yield Meeting(stage)


def test_exit_meets_wait(meeting):
    """outside: wait() finds a child, wherever it is in exit()"""
    meeting.wait_for_a_child_that_exits()


def test_exit_meets_fork(meeting):
    """outside: a child may exit before fork() returns"""
    meeting.fork_a_child_that_exits()


@pytest.mark.parametrize("name", ("close", "dup"))
def test_open_file(meeting, name):
    """outside: two processes use an open file at once: {name}"""
    {"close": meeting.close_twice, "dup": meeting.dup_twice}[name]()
