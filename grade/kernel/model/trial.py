"""grade/kernel/model/trial.py: boot again and again, with many programs each,
until one fails, and make that program shorter."""

import itertools
import random
from dataclasses import dataclass

from grade.machine.guest import Log
from grade.kernel.model.boot import Boot
from grade.kernel.model.play import Failure
from grade.kernel.model.rules import Wrong
from grade.kernel.model.shrink import Shrinker
from grade.machine.qemu import Machine, machine_from

PER_BOOT = 25
MACHINES = ((4, "128M"), (1, "32M"), (4, "48M"), (1, "128M"), (4, "512M"),
            (1, "64M"), (4, "32M"), (1, "4G"))
AGAIN = 3               # the most runs of a program to see it fail


def machine_for(seed, settings):
    """The machine that the user asks for, or one that the seed chooses."""
    cpus, mem = random.Random(f"machine {seed}").choice(MACHINES)
    return machine_from({"CPUS": settings.get("CPUS") or str(cpus),
                         "MEM": settings.get("MEM") or mem,
                         "ARGS": settings.get("ARGS", "")})


@dataclass
class Outcome:
    """The result of a boot. `failure` is None if all was right."""

    seed: int
    machine: Machine
    programs: int = 0
    failure: Failure = None
    repeats: bool = True        # the program also fails alone
    layouts: list = None
    heaps: list = None

    @property
    def where(self):
        return (f"SEED={self.seed} CPUS={self.machine.cpus} "
                f"MEM={self.machine.mem}, program {self.programs}")


class Trials:
    """Boots one kernel again and again. Logs of failed boots go to `logs`.
    With `maps`, the programs map memory."""

    def __init__(self, config, subject, folder, logs, maps=False):
        self._config = config
        self._subject = subject
        self._folder = folder
        self._logs = logs
        self._maps = maps
        self._names = itertools.count(1)

    def _boot(self, seed, machine):
        kind = "maps" if self._maps else "boot"
        log = Log(self._logs, f"{kind}-{seed}-{next(self._names)}")
        return Boot(self._config, self._subject, seed, machine, self._folder,
                    log, self._maps), log

    def boot(self, seed, count, machine):
        """Run at most that many programs. Returns an Outcome."""
        outcome = Outcome(seed, machine)
        boot, log = self._boot(seed, machine)
        try:
            with boot:
                outcome.layouts = boot.shapes.layouts
                outcome.heaps = boot.stage.heaps
                for number in range(count):
                    outcome.programs += 1
                    outcome.failure = boot.stage.play(boot.program(number))
                    if outcome.failure:
                        break
                else:
                    boot.stage.finish()
        except Wrong as error:
            outcome.failure = Failure(str(error), None)
        finally:
            log.end(keep=outcome.failure is not None)
        return outcome

    def shorten(self, outcome):
        """The Outcome with the shortest program that still fails."""
        runner = Runner(self, outcome)
        with runner:
            for _ in range(AGAIN):
                first = runner.fails(outcome.failure.done)
                if first:
                    break
            else:
                outcome.repeats = False
                return outcome
            outcome.failure = Shrinker(runner.fails, first).shrink()
        return outcome


class Runner:
    """Runs programs one after another, and boots again after each failure."""

    def __init__(self, trials, outcome):
        self._trials = trials
        self._outcome = outcome
        self._boot = self._log = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._boot is not None:
            self._boot.__exit__()
            self._log.end(keep=False)
        self._boot = None

    def fails(self, steps):
        """Run the steps on a fresh machine. Returns the Failure, or None."""
        is_fresh = self._boot is None
        failure = self._play(steps)
        if failure and not is_fresh:
            failure = self._play(steps)
        return failure

    def _play(self, steps):
        try:
            if self._boot is None:
                boot, self._log = self._trials._boot(self._outcome.seed,
                                                     self._outcome.machine)
                self._boot = boot.__enter__()
            failure = self._boot.stage.play(lambda _: steps)
        except Wrong as error:
            failure = Failure(str(error), None, list(steps))
        if failure:
            self.__exit__()
        return failure
