"""grade/kernel/model/graded.py: random programs that are a part of the grade,
always the same ones."""

from grade.kernel.model.trial import Trials
from grade.machine.guest import GuestFailed

PROGRAMS = 25           # in each boot; `make model` runs more and other ones


def check(calf, subject, folder, seed, machine, maps=False):
    """Raise GuestFailed unless the programs of that seed see what they must.
    `subject` is from build_subject()."""
    trials = Trials(calf.config(), subject, folder, calf.logs, maps=maps)
    outcome = trials.boot(seed, PROGRAMS, machine)
    if outcome.failure:
        raise GuestFailed(
            f"{outcome.failure.what}\n"
            f"make model {'MAPS=1 ' * maps}SEED={seed} CPUS={machine.cpus} "
            f"MEM={machine.mem} finds a short program that shows it")
