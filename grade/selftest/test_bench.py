"""grade/selftest/test_bench.py: `make bench` reports what is wrong."""

from types import SimpleNamespace

import pytest

from grade.machine.gdbstub import Gdbstub
from grade.machine.host.build import UserError, build
from grade.selftest.test_driver import replace_qemu
from grade.tools.bench.budgets import Budget, check, read_budgets
from grade.tools.bench.fit import fit
from grade.tools.bench.kernels import FINISHED
from grade.tools.bench.measure import measure
from grade.tools.bench.profiling import ONE_AT_A_TIME, can_profile, profile
from grade.tools.bench.rows import rows_named

pytestmark = pytest.mark.xdist_group("bench")


@pytest.fixture(scope="module")
def built():
    """The build itself: a profile needs symbols, which the session's copy of
    it has not."""
    return build()


def test_over_budget():
    """bench: reports what is over its budget, and by how much"""
    over, under = check({"fork": 103.0, "sleepers": 7.0},
                        {"fork": Budget(100, False),
                         "sleepers": Budget(9, True)}, can_profile)
    assert over == [
        "fork: 103, at most 100 allowed: 3 too many; "
        "see make bench PROFILE=fork",
        "sleepers: 7, at least 9 allowed: 2 too few"]
    assert under == []


def test_far_under_budget():
    """bench: reports which budget can be lowered"""
    over, under = check({"fork": 90.0, "pipe": 99.0},
                        {"fork": Budget(100, False),
                         "pipe": Budget(100, False)}, can_profile)
    assert over == []
    assert [line.partition(":")[0] for line in under] == ["fork"]


def test_wrong_budget(tmp_path):
    """bench: reports an invalid line of grade/tools/bench/budgets"""
    path = tmp_path / "budgets"
    path.write_text("fork <= 100\npipe < 3\n", "utf-8")
    with pytest.raises(UserError, match="budgets:2: "):
        read_budgets(path)


@pytest.mark.parametrize("llvm, bound", [("", 120), ("1", 127)])
def test_budget_of_the_compiler(tmp_path, monkeypatch, llvm, bound):
    """bench: kernels built by clang have their own budgets: LLVM={llvm}"""
    monkeypatch.setenv("LLVM", llvm)
    path = tmp_path / "budgets"
    path.write_text("getpid <= 120 clang 127\nfork <= 9\n", "utf-8")
    assert read_budgets(path) == {"getpid": Budget(bound, False),
                                  "fork": Budget(9, False)}


def test_unknown_row():
    """bench: an unknown row is refused"""
    with pytest.raises(UserError, match="ROWS=nix: no such row"):
        rows_named(["fork", "nix"])


def test_unknown_profile(built):
    """bench: an unknown PROFILE is refused with cowbench's message"""
    with pytest.raises(UserError, match="PROFILE=nix: .*no row is called"):
        profile(built, built.path("kernel"), "nix")


def test_panic(config, tmp_path, monkeypatch):
    """bench: names a row whose kernel panics, and makes up no figure for it"""
    replace_qemu(tmp_path, monkeypatch,
                 "print('panic: hart 0: why')", "sys.exit(101)")
    figures, failed = measure({FINISHED: config}, rows_named(["getpid"]),
                              lambda _: None)
    assert figures == {FINISHED: {}}
    assert len(failed) == 1
    assert failed[0].startswith("finished: getpid: the kernel panicked")


def test_profile_counts(built):
    """bench: a trace of getpid() has as many instructions as were counted"""
    found = profile(built, built.path("kernel"), "getpid")
    assert abs(found.traced() - found.counted) < 1
    assert found.counts["sys_getpid"] > 0


@pytest.mark.parametrize("known", ONE_AT_A_TIME)
def test_monitor_of_each_version(known):
    """bench: any version of QEMU is told to trace each instruction: {known}"""
    obeyed = []

    def monitor(command):
        if command != known:
            return f"unknown command: '{command}'\r\n"
        obeyed.append(command)
        return ""

    Gdbstub.order(SimpleNamespace(monitor=monitor), *ONE_AT_A_TIME)
    assert obeyed == [known]


def test_monitor_refuses():
    """bench: a command that QEMU's monitor does not know is an error"""
    stub = SimpleNamespace(monitor="unknown command: '{}'\r\n".format)
    with pytest.raises(UserError, match="`log exec`: unknown command"):
        Gdbstub.order(stub, "log exec")


def test_fit():
    """bench: a fit through points on a line gives that line"""
    fixed, slope = fit([(n, 4000 + 12 * n) for n in (1, 16, 256, 262144)])
    assert abs(fixed - 4000) < 0.01 and abs(slope - 12) < 0.0001
