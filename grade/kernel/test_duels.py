"""grade/kernel/test_duels.py: races that are made to happen.

While one process is held in the middle of a fault, a system call or a fork,
another one works with the same frames; then what they have is looked at from
outside (outside/duel.py)."""

import pytest

from grade.kernel.outside.actors import Stage
from grade.kernel.outside.duel import DUELS, Duel


@pytest.mark.parametrize("name", DUELS)
def test_duel(calf, log, duel_program, name):
    """outside: a race at each instruction: {name}"""
    with Stage(calf.config(), log, duel_program) as stage:
        Duel(stage, *DUELS[name]).run()
