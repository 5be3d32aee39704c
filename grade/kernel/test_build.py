"""grade/kernel/test_build.py: Calf builds and boots. If it does not, no other
test is run."""

import pytest


def test_builds(calf):
    """builds"""
    if calf.build_error is not None:
        pytest.fail("make failed:\n" + calf.build_error, pytrace=False)


def test_boots(calf):
    """boots and runs a command"""
    test_builds(calf)
    if calf.boot_error is not None:
        pytest.fail(calf.boot_error, pytrace=False)
