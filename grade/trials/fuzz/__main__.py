"""grade/trials/fuzz/__main__.py: `make fuzz`: make system calls with random
arguments.

N=4 is the number of boots, and SECONDS=15 the time of each by the guest's
clock. SEED=N uses that seed for the first boot and the next ones for the
others; without it each run has different seeds. CPUS, MEM, DEBUG and AUDIT are
as for `make run`. ICOUNT=1 uses one hart and counts instructions, and then
also checks that the kernel never delays interrupts for long.
"""

import os
import secrets
import sys

from grade.machine.host import seeded
from grade.machine.host.build import build
from grade.machine.qemu import machine_from, timeout_from
from grade.trials.fuzz.fuzz_boot import Plan, Report, fuzz

BOOTS = 4
SECONDS = 15
CHECKS = ("DEBUG", "AUDIT")


def run():
    seed = seeded.number_from("SEED", secrets.randbelow(10 ** 6))
    boots = seeded.number_from("N", BOOTS)
    checks = [f"{name}=1" for name in CHECKS if os.environ.get(name) == "1"]
    machine = machine_from(os.environ)
    plan = Plan(machine=machine, checked=bool(checks),
                seconds=seeded.number_from("SECONDS", SECONDS),
                audit=not machine.icount,
                timeout=timeout_from(os.environ, None))
    print(f"fuzz: N={boots} SEED={seed}", *checks, flush=True)
    config = build(*checks)
    total = Report()
    for number in range(seed, seed + boots):
        report = fuzz(config, plan, number)
        total.add(report)
        for problem in report.problems:
            print(f"fuzz: {problem}", flush=True)
    return total


if __name__ == "__main__":
    sys.exit(seeded.main("fuzz", run))
