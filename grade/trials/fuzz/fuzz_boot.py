"""grade/trials/fuzz/fuzz_boot.py: fuzz one boot, and report what was wrong."""

import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from grade.machine import run_to_end
from grade.machine.guest import Log
from grade.machine.host import seeded
from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, Machine

WORDS = "quiet panic=exit run /run.sh"
# Microseconds for which the kernel may delay interrupts. With ICOUNT=1, one is
# a thousand instructions.
LATE_MAX = 10_000
OPEN_MAX = 60           # seconds for all but the fuzzing itself
SLOWDOWN = 2            # of the guest's clock
SLOWDOWN_COUNTED = 30   # the same, when each instruction is counted
FOUND = re.compile(r"^fuzz: (\d+) processes, late (\d+)$", re.MULTILINE)
SAYS = re.compile(r"^(?:fuzz: .*|.*panic: .*|audit: .*)$", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """What to fuzz, and for how many seconds of the guest. With `audit` the
    guest asks for an audit now and then, which stops all harts, so `late` is
    not checked."""

    machine: Machine
    seconds: int
    audit: bool = False
    checked: bool = False       # a kernel with DEBUG or AUDIT
    timeout: float = None

    @property
    def limit(self):
        if self.timeout:
            return self.timeout
        factor = SLOWDOWN_COUNTED if self.machine.icount else SLOWDOWN
        return limit(OPEN_MAX + self.seconds * factor)

    @property
    def bounds_late(self):
        return self.machine.icount and not self.audit and not self.checked

    def command(self, seed):
        """The command that repeats the run by hand."""
        words = [f"SEED={seed}", "N=1", f"SECONDS={self.seconds}",
                 "ICOUNT=1" if self.machine.icount
                 else f"CPUS={self.machine.cpus}",
                 f"MEM={self.machine.mem}"]
        return "make fuzz " + " ".join(words)


@dataclass
class Report(seeded.Report):
    late: int = 0

    def add(self, other):
        super().add(other)
        self.late = max(self.late, other.late)

    def lines(self):
        yield (f"{self.counts['boots']} boots, {self.counts['wrong']} of them "
               f"wrong; {self.counts['processes']} processes; the longest "
               f"wait of an interrupt was {self.late} us")


def soundness(config, disk):
    """What mkfs -c finds wrong with the disk, or None."""
    done = subprocess.run([config.path("mkfs"), "-c", disk],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, encoding="utf-8",
                          errors="replace")
    return None if done.returncode == 0 else done.stdout.strip()


def judge(plan, ending, text):
    """Returns what was wrong, or None, and the figures: processes and
    `late`."""
    found = FOUND.search(text)
    figures = [int(n) for n in found.groups()] if found else [0, 0]
    said = SAYS.findall(text)[-1:] or ["it said nothing"]
    if ending.panicked:
        return "the kernel panicked: " + said[0], figures
    if ending.timed_out:
        return f"it did not end within {plan.limit:g} s", figures
    if ending.status != 0 or "fuzz: ok" not in text:
        return f"status {ending.status}: {said[0]}", figures
    if plan.bounds_late and figures[1] > LATE_MAX:
        return (f"an interrupt waited for {figures[1]} thousand instructions; "
                f"the limit is {LATE_MAX}"), figures
    return None, figures


def fuzz(config, plan, seed, logs=ROOT / "build" / "fuzz"):
    """Boot and fuzz with that seed. Returns a Report."""
    report = Report()
    log = Log(logs, f"seed-{seed}-{plan.machine.cpus}")
    problem = "interrupted"
    try:
        with tempfile.TemporaryDirectory(prefix="calf-") as folder:
            problem, figures = boot(config, plan, seed, Path(folder), log)
        if problem:
            report.wrong(log.explain(f"{plan.command(seed)}: {problem}"))
        report.counts.update(boots=1, processes=figures[0])
        report.late = figures[1]
    finally:
        log.end(keep=problem is not None)
    return report


def boot(config, plan, seed, folder, log):
    script = folder / "run.sh"
    script.write_text(f"fuzz {seed} {plan.seconds} "
                      f"{'audit' if plan.audit else 'quiet'}\n",
                      encoding="utf-8")
    disk = make_image(config, folder / "disk.img",
                      {"/run.sh": f"/run.sh={script}"})
    machine = replace(plan.machine,
                      args=f"{WORDS} {plan.machine.args}".strip())
    ending = run_to_end.run(
        machine.command(config.path("kernel"), disk, ON_STDOUT), log.write,
        plan.limit, stderr=log)
    problem, figures = judge(plan, ending, log.text())
    unsound = None if problem else soundness(config, disk)
    if unsound:
        problem = f"the disk is not sound: {unsound}"
    return problem, figures
