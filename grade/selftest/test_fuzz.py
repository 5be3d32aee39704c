"""grade/selftest/test_fuzz.py: system calls with random arguments, and very
long calls."""

import re

import pytest

from grade.machine.guest import GuestFailed, Log, run_script
from grade.machine.host.build import ROOT
from grade.machine.qemu import Machine
from grade.machine.user_programs import build_programs
from grade.trials.fuzz.fuzz_boot import LATE_MAX, Plan, fuzz

SEED = 1                # `make fuzz` uses other seeds
COUNTED = Machine(cpus=1, mem="256M", icount=True)
PLANS = {
    "counted": Plan(COUNTED, seconds=2),
    "one-hart": Plan(Machine(cpus=1), seconds=6, audit=True),
    "four-harts": Plan(Machine(cpus=4), seconds=6, audit=True),
}
LONG_SECONDS = 180
LONG_MIB = 80
SLEPT_MAX = 2           # the most ticks that a sleep of one tick may take


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.xdist_group("fuzz")
def test_fuzz(config, tmp_path, name):
    """fuzz: system calls with random arguments do no harm: {name}"""
    report = fuzz(config, PLANS[name], SEED, tmp_path)
    if report.problems:
        raise GuestFailed(report.problems[0])


def run_counted(config, folder, name, command):
    """Run a program of grade/kernel/programs with a clock that counts
    instructions. Returns the lines of a word and a number, and the log."""
    script = folder / "run.sh"
    script.write_text(f"{command}\n", encoding="utf-8")
    extra = build_programs(
        config, str(ROOT / f"grade/kernel/programs/{name}.c"), folder)
    log = Log(folder, name)
    machine = Machine(cpus=1, mem="128M", icount=True,
                      args="quiet panic=exit run /run.sh")
    ending = run_script(config, machine, log, LONG_SECONDS,
                        {**extra, "/run.sh": f"/run.sh={script}"})
    found = re.findall(r"^(\S+) (\d+)$", log.text(), re.MULTILINE)
    if ending.status != 0 or len(found) < 2:
        raise GuestFailed(log.explain(f"it ended with {ending}"))
    return [(word, int(number)) for word, number in found], log


@pytest.mark.xdist_group("fuzz")
def test_long_calls(config, tmp_path):
    """even the longest system calls do not delay interrupts for long"""
    found, log = run_counted(config, tmp_path, "longcalls",
                             f"longcalls {LONG_MIB}")
    late = [call for call, wait in found if wait > LATE_MAX]
    if late:
        raise GuestFailed(log.explain(
            f"from {late[0]} on, an interrupt had waited too long"))


@pytest.mark.xdist_group("fuzz")
def test_sleepers(config, tmp_path):
    """sleepers wake in time even if hart and disk are busy"""
    found, log = run_counted(config, tmp_path, "sleepers", "sleepers")
    if max(ticks for _, ticks in found) > SLEPT_MAX:
        raise GuestFailed(log.explain("a sleeper woke too late"))
