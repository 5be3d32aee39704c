"""grade/trials/power/parts.py: split a run of the power-cut tests into parts
that can run at the same time."""

import random
import tempfile
from dataclasses import dataclass, replace

from grade.trials.power.one_boot import Plan, Trial
from grade.trials.power.workload import combinations, long_script, short_script

WORKLOADS = 64          # short workloads that share a boot
FEW = 24                # enough to notice a broken journal
PROCESSES = 4           # of a long workload


@dataclass(frozen=True)
class Size:
    """How much a run tries: `boots` of short workloads (None: all of them),
    and `longs` random ones with `calls` of each process, `phase` of them
    between two syncs."""

    boots: int
    longs: int
    calls: int
    phase: int
    plan: Plan


QUICK = Size(boots=3, longs=1, calls=120, phase=30,
             plan=Plan(samples=6, boots=8))
TINY = Size(boots=1, longs=0, calls=0, phase=0,
            plan=Plan(samples=6, boots=4))
FULL = Size(boots=None, longs=10, calls=1000, phase=40,
            plan=Plan(samples=16, boots=4))


@dataclass(frozen=True)
class Part:
    """One boot and its cuts. `workloads` is None for random calls."""

    name: str
    seed: str
    size: Size
    workloads: tuple

    def script(self, rng):
        if self.workloads is not None:
            return short_script(self.workloads)
        return long_script(rng, PROCESSES, self.size.calls, self.size.phase)


def whole(seed, size):
    """The Parts of a run."""
    every = list(combinations())
    random.Random(seed).shuffle(every)
    groups = [tuple(every[i:i + WORKLOADS])
              for i in range(0, len(every), WORKLOADS)][:size.boots]
    shorts = [Part(f"short {i}", f"{seed} short {i}", size, group)
              for i, group in enumerate(groups)]
    longs = [Part(f"long {i}", f"{seed} long {i}", size, None)
             for i in range(size.longs)]
    return longs + shorts


def sample(seed):
    """A Part in which a broken journal is noticed."""
    part, = whole(seed, TINY)
    return replace(part, workloads=part.workloads[:FEW])


def run_part(config, part, kernel=None):
    """A Report."""
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        trial = Trial(config, kernel or config.path("kernel"), folder,
                      part.seed)
        return trial.run(part.script(random.Random(part.seed)),
                         part.size.plan)
