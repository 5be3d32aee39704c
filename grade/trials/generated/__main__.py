"""grade/trials/generated/__main__.py: `make mutants AUTO=1`: check that tests
find each mistake that a program makes in the finished kernel of a lab.

LAB=cow takes that lab only; each lab but the last is run in a copy of the
project, whose kernel does not have the patches of later labs.
FILE="fault uvm", OPERATOR="fence lock" and MUTANT="1a2b" select mutants. N=500
takes the first 500 of them, and STAGE=model stops each after that stage.
FIRST=1 ends the run at the first survivor. WORKERS=N run at a time.
"""

import json
import os
import queue
import shutil
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from grade.machine.host import process
from grade.machine.host.build import ROOT, BuildError, UserError, build
from grade.score.content_key import content_key
from grade.series.patches import after_lab, read_series
from grade.series.stack import take_off
from grade.trials import graded_copy
from grade.trials.campaign import labs_wanted
from grade.trials.generated import compiled, equivalent, stages
from grade.trials.generated.made import mutants_of, read_files

IN_COPY = "CALF_GENERATED"      # set in a copy: FOLDER of the project
FOLDER = Path(os.environ.get(IN_COPY) or ROOT / "build" / "generated")
RESULTS = FOLDER / "results"


RIGHT = "right"         # the id of the kernel as it is
COLUMNS = ("found", "survived", "equivalent", "same code", "not C")


@dataclass
class Result:
    """The result for a mutant: "not C"; "same code" as the kernel or as the
    mutant `how`; the name of the stage that found it, and `how`; or "survived"
    all stages up to the one called `how`. `tree` identifies everything that
    this depends on."""

    id: str
    tree: str
    what: str
    how: str = ""
    seconds: float = 0


def known_results(tree):
    """The results of earlier runs. A mutant that was found stays found. One
    that survived is tried again if anything has changed."""
    known = {}
    try:
        lines = RESULTS.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return known
    for line in lines:
        try:
            result = Result(**json.loads(line))
        except (ValueError, TypeError):
            continue        # a run was killed while it wrote
        if result.what != "survived" or result.tree == tree:
            known[result.id] = result
    return known


def write(result):
    """Append it on a line of its own, even after one that was cut off."""
    with open(RESULTS, "a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(asdict(result)) + "\n")


def choose(mutants):
    """The first N mutants of those that FILE, OPERATOR and MUTANT select, in
    an order that looks random but stays the same."""
    wishes = {name: os.environ.get(name, "").split()
              for name in ("FILE", "OPERATOR", "MUTANT")}
    chosen = [m for m in mutants
              if (not wishes["FILE"]
                  or any(w in m.path for w in wishes["FILE"]))
              and (not wishes["OPERATOR"] or m.operator in wishes["OPERATOR"])
              and (not wishes["MUTANT"]
                   or m.id.startswith(tuple(wishes["MUTANT"])))]
    if not chosen:
        raise UserError("no such mutant")
    chosen.sort(key=lambda m: m.id)
    count = os.environ.get("N", "")
    return chosen[:int(count)] if count.isdigit() else chosen


class Runner:
    def __init__(self, config, tree, names, known, workers):
        self._config = config
        self._kernel = compiled.built(config)
        self._tree = tree
        self._names = names     # of the stages to try
        self._known = known
        self._same = {}     # the id of the first mutant with that code
        self._free = queue.Queue()
        for number in range(workers):
            folder = FOLDER / str(number)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._free.put(folder)

    def check_right(self):
        """Raise UserError unless the kernel as it is passes all stages."""
        folder = self._free.get()
        old = self._known.get(RIGHT)
        passed = stages.up_to(old.how) if old else []
        stage, how = stages.killer(
            self._config, self._config.path("kernel"), folder,
            [name for name in self._names if name not in passed])
        self._free.put(folder)
        if stage:
            raise UserError(f"the kernel as it is fails in {stage}: {how}")
        last = max(passed, self._names, key=len)[-1]
        return Result(RIGHT, self._tree, "survived", last)

    def is_open(self, mutant):
        """True if the mutant has no result, or has not been through all
        stages."""
        old = self._known.get(mutant.id)
        return old is None or old.what == "survived" and \
            stages.up_to(old.how) < self._names

    def run(self, mutant):
        folder = self._free.get()
        start = time.monotonic()
        try:
            what, how = self._try(mutant, folder)
        finally:
            self._free.put(folder)
        return Result(mutant.id, self._tree, what, how,
                      round(time.monotonic() - start, 1))

    def _try(self, mutant, folder):
        try:
            _, right = compiled.assemble(self._kernel, mutant.path, mutant.old,
                                         folder)
            self._same.setdefault(right, "the kernel")
            made, code = compiled.assemble(self._kernel, mutant.path,
                                           mutant.new, folder)
            first = self._same.setdefault(code, mutant.id)
            if first != mutant.id:
                return "same code", first
            kernel = compiled.link(self._kernel, made, folder)
        except compiled.NotC as why:
            return "not C", str(why).partition("\n")[0]
        stage, how = stages.killer(self._config, kernel, folder,
                                   self._untried(mutant))
        return (stage, how) if stage else ("survived", self._names[-1])

    def _untried(self, mutant):
        """The stages that the mutant has not been through yet."""
        old = self._known.get(mutant.id)
        return self._names if old is None \
            else self._names[self._names.index(old.how) + 1:]


def run_all(mutants, known, runner, workers):
    """Run the mutants without a result. Each result is stored at once."""
    first = os.environ.get("FIRST") == "1"
    todo = [m for m in mutants if runner.is_open(m)]
    todo.sort(key=lambda m: m.id in known)      # new ones come first
    by_id = {m.id: m for m in mutants}
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(runner.run, mutant) for mutant in todo]
        try:
            for job in as_completed(jobs):
                result = job.result()
                known[result.id] = result
                write(result)
                say(by_id[result.id], result)
                if first and result.what == "survived":
                    break
        finally:
            pool.shutdown(cancel_futures=True)


def say(mutant, result):
    print(f"{mutant.id} {result.seconds:5.1f} s  {result.what:10} "
          f"{mutant.path}:{mutant.line} {mutant.operator}  {result.how}",
          flush=True)


def report(mutants, known, excused):
    """Print the figures, and the mutants that survived. Returns the number of
    survivors."""
    figures, survived = {}, []
    for mutant in mutants:
        result = known.get(mutant.id)
        word = "found"
        if mutant.id in excused:
            word = "equivalent"
        elif result is None:
            continue
        elif result.what in COLUMNS:
            word = result.what
        figures.setdefault(mutant.operator, Counter())[word] += 1
        if word == "survived":
            survived.append(mutant)
    print()
    print(f"{'':12}" + "".join(f"{name:>11}" for name in COLUMNS))
    for name in sorted(figures):
        print(f"{name:12}"
              + "".join(f"{figures[name][c]:11}" for c in COLUMNS))
    total = sum(figures.values(), Counter())
    print(f"{'all':12}" + "".join(f"{total[c]:11}" for c in COLUMNS))
    for mutant in sorted(survived, key=lambda m: (m.path, m.line)):
        print(f"\n{mutant.id} {mutant.path}:{mutant.line} "
              f"{mutant.function}, {mutant.operator}\n{mutant.diff()}")
    return len(survived)


def run_in_copy(lab, without):
    """Run the mutants of the lab in a copy of the project without these
    patches. Returns the status."""
    tree = FOLDER / f"tree-{lab}"
    shutil.rmtree(tree, ignore_errors=True)
    graded_copy.copy_project(tree)
    take_off(tree, without)
    child = process.start(
        [sys.executable, "-m", "grade.trials.generated"], cwd=tree,
        env={**os.environ, "LAB": lab, IN_COPY: str(FOLDER)})
    try:
        return child.wait()
    finally:
        process.stop(child)


def run_here(lab):
    """Run the mutants of the kernel in this tree. Returns the status."""
    workers = int(os.environ.get("WORKERS") or os.cpu_count() or 1)
    config = build()
    os.environ["LAB"] = lab     # for the tests
    flags = config.command("kernel_cc")
    mutants = choose([m for pair in read_files(lab)
                      for m in mutants_of(*pair, flags)])
    tree = content_key()
    excused = {m.id for m in mutants
               if any(e.fits(m) for e in equivalent.read(lab))}
    known = known_results(tree)
    names = stages.up_to(os.environ.get("STAGE", ""))
    runner = Runner(config, tree, names, known, workers)
    write(runner.check_right())
    run_all([m for m in mutants if m.id not in excused], known, runner,
            workers)
    return 1 if report(mutants, known, excused) else 0


def run_lab(lab):
    without = after_lab(read_series(ROOT), lab)
    if without and IN_COPY not in os.environ:
        return run_in_copy(lab, without)
    return run_here(lab)


def main():
    process.end_on_signals()
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        return max([run_lab(lab) for lab in labs_wanted()])
    except (UserError, BuildError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
