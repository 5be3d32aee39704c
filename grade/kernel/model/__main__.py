"""grade/kernel/model/__main__.py: `make model`: run random programs, and
compare memory with a model after each step.

COUNT=200 is the number of programs, and SEED=N the seed of the first boot.
With MAPS=1 the programs map memory, too, which lab lazy makes possible.
Each boot runs 25 programs, on a machine chosen by its seed unless CPUS or MEM
is set. DEBUG=1 and AUDIT=1 are as for `make run`. The first failure ends the
run: its program is made shorter, and printed as C.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from grade.machine.host import seeded
from grade.machine.host.build import ROOT, build
from grade.kernel.model.asc import as_c
from grade.kernel.model.boot import build_subject
from grade.kernel.model.trial import PER_BOOT, Trials, machine_for

COUNT = 200
OUT = ROOT / "build" / "model"
CHECKS = ("DEBUG", "AUDIT")


class Report(seeded.Report):
    def lines(self):
        yield (f"{self.counts['programs']} programs in "
               f"{self.counts['boots']} boots, {self.counts['wrong']} wrong")


def run():
    count = seeded.number_from("COUNT", COUNT)
    seed = seeded.number_from("SEED", secrets.randbelow(10 ** 6))
    checks = [f"{name}=1" for name in CHECKS if os.environ.get(name) == "1"]
    maps = os.environ.get("MAPS") == "1"
    print(f"model: COUNT={count} SEED={seed}", *["MAPS=1"][:maps], *checks,
          flush=True)
    config = build(*checks)
    total = Report()
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        subject = build_subject(config, Path(folder))
        trials = Trials(config, subject, Path(folder), OUT, maps)
        for number in range(-(-count // PER_BOOT)):
            most = min(PER_BOOT, count - number * PER_BOOT)
            one = trials.boot(seed + number, most,
                              machine_for(seed + number, os.environ))
            total.counts.update(boots=1, programs=one.programs)
            print(f"model: {one.where}", flush=True)
            if one.failure:
                total.wrong(tell(trials, one))
                break
    for problem in total.problems:
        print(problem, flush=True)
    return total


def tell(trials, one):
    """Describe the failure in words and as a program."""
    shorter = trials.shorten(one)
    text = as_c(shorter)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "case.c"
    path.write_text(text, "utf-8")
    return (f"model: {one.where}: {one.failure.what}\n"
            f"\n{text}\nmodel: this program is in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(seeded.main("model", run))
