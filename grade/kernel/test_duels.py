"""grade/kernel/test_duels.py: make races happen.

One process is held in the middle of a fault, a system call or a fork while
another one works with the same frames. Then their memory is checked from
outside (outside/duel.py)."""

import pytest

from grade.kernel.outside.actors import Stage
from grade.kernel.outside.duel import DUELS, Duel


@pytest.mark.parametrize("name", DUELS)
def test_duel(calf, log, duel_program, name):
    """outside: a race at each instruction: {name}"""
    with Stage(calf.config(), log, duel_program) as stage:
        Duel(stage, *DUELS[name]).run()
