"""grade/selftest/test_power.py: the power fails, and no file is damaged."""

import pytest

from grade.machine.guest import GuestFailed
from grade.trials.power.broken_journals import build_broken, read_broken
from grade.trials.power.parts import QUICK, run_part, sample, whole
from grade.trials.power.workload import ACTIONS, combinations

SEED = 1                # `make power` uses other seeds
PARTS = whole(SEED, QUICK)


def of_part(part):
    return pytest.param(part, id=part.name.replace(" ", "-"),
                        marks=pytest.mark.xdist_group(part.name))


@pytest.mark.parametrize("part", [of_part(part) for part in PARTS])
def test_power(config, part):
    """power: nothing is lost if it is cut at any moment: {part.name}"""
    report = run_part(config, part)
    if report.problems:
        raise GuestFailed(f"make power SEED={SEED}: " + report.problems[0])
    assert report.counts["prefixes"] and report.counts["boots"]


@pytest.mark.parametrize("patch", [
    pytest.param(patch, id=patch.name,
                 marks=pytest.mark.xdist_group(f"power{patch.number}"))
    for patch in read_broken()])
def test_broken(config, patch, tmp_path):
    """power: a broken journal is noticed: {patch.name}"""
    kernel = build_broken(config, patch, tmp_path)
    assert run_part(config, sample(SEED), kernel).problems


def test_combinations():
    """power: every workload of up to three actions occurs once"""
    every = list(combinations())
    n = len(ACTIONS)
    assert len(every) == len(set(every)) == n + 2 * n ** 2 + 4 * n ** 3
