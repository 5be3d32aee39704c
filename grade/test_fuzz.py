"""grade/test_fuzz.py: calls with any arguments, and very long calls."""

import re

import pytest

from grade.config import ROOT
from grade.fuzz.trial import LATE_MAX, Plan, fuzz
from grade.guest import GuestFailed, Log, run_script
from grade.machine import Machine
from grade.programs import build_programs

SEED = 1                # one run of many; `make fuzz` takes others
COUNTED = Machine(cpus=1, mem="256M", icount=True)
PLANS = {
    "counted": Plan(COUNTED, seconds=2),
    "one-hart": Plan(Machine(cpus=1), seconds=6, audit=True),
    "four-harts": Plan(Machine(cpus=4), seconds=6, audit=True),
}
LONG_SECONDS = 180
LONG_MIB = 80


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.xdist_group("fuzz")
def test_fuzz(config, tmp_path, name):
    """fuzz: calls with any arguments do no harm: {name}"""
    report = fuzz(config, PLANS[name], SEED, tmp_path)
    if report.problems:
        raise GuestFailed(report.problems[0])


@pytest.mark.xdist_group("fuzz")
def test_long_calls(config, tmp_path):
    """no call, however long, keeps interrupts waiting for long"""
    script = tmp_path / "run.sh"
    script.write_text(f"longcalls {LONG_MIB}\n", encoding="utf-8")
    extra = build_programs(
        config, str(ROOT / "grade" / "guest" / "longcalls.c"), tmp_path)
    log = Log(tmp_path, "longcalls")
    machine = Machine(cpus=1, mem="128M", icount=True,
                      args="quiet panic=exit run /run.sh")
    ending = run_script(config, machine, log, LONG_SECONDS,
                        {**extra, "/run.sh": f"/run.sh={script}"})
    found = re.findall(r"^(\S+) (\d+)$", log.text(), re.MULTILINE)
    if ending.status != 0 or len(found) < 2:
        raise GuestFailed(log.explain(f"it ended with {ending}"))
    late = [call for call, wait in found if int(wait) > LATE_MAX]
    if late:
        raise GuestFailed(log.explain(
            f"from {late[0]} on, an interrupt had waited too long"))
