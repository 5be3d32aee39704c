"""grade/test_driver.py: the grader itself, with programs in QEMU's place."""

import os
import sys

import pytest

from grade.boots import SharedBoots
from grade.guest import OUTPUT_MAX, Guest, GuestFailed
from grade.machine import Machine
from grade.suites import read_results

pytestmark = pytest.mark.xdist_group("driver")


@pytest.fixture
def fake_qemu(tmp_path, monkeypatch):
    """Python lines take QEMU's place."""

    def install(*lines):
        program = tmp_path / "qemu"
        program.write_text("\n".join([
            f"#!{sys.executable}", "import os, sys, time", *lines]) + "\n")
        program.chmod(0o755)
        monkeypatch.setenv("QEMU", str(program))

    return install


@pytest.fixture
def boots(config, calf):
    made = SharedBoots(config, calf.folder, "driver", Machine())
    yield made
    made.end()


def test_panic_ends_run(fake_qemu, boots):
    """grader: a panic is seen, and its status"""
    fake_qemu("print('text, panic: hart 3: why')", "sys.exit(101)")
    ending, _ = boots.boot("driver", "true\n", 60, 60)
    assert ending.panicked and ending.status == 101


def test_panic_text_is_no_panic(fake_qemu, boots):
    """grader: a program that prints a panic does not make one"""
    fake_qemu("print('panic: hart 3: why')", "sys.exit(0)")
    ending, _ = boots.boot("driver", "true\n", 60, 60)
    assert not ending.panicked and ending.status == 0


def test_silence_ends_run(fake_qemu, boots):
    """grader: a guest that says nothing more is ended"""
    fake_qemu("print(os.getpid(), flush=True)", "time.sleep(600)")
    ending, text = boots.boot("driver", "true\n", 60, 0.5)
    assert ending.timed_out
    with pytest.raises(ProcessLookupError):
        os.kill(int(text), 0)


def test_flood_is_bounded(fake_qemu, boots):
    """grader: a guest that never stops printing is ended"""
    fake_qemu("while True:", "    print('x' * 99)")
    with pytest.raises(GuestFailed, match="printed more than"):
        boots.boot("driver", "true\n", 60, 60)
    size = boots.keep_log().path.stat().st_size
    assert size < OUTPUT_MAX + (1 << 20)


def test_panic_ends_waiting(fake_qemu, config, log):
    """grader: waiting for the shell ends when the kernel panics"""
    fake_qemu("print('panic: hart 0: why', flush=True)", "time.sleep(600)")
    with Guest(config, Machine(), log) as guest:
        with pytest.raises(GuestFailed, match="the kernel panicked"):
            guest.prompt(60)


def test_results_between_other_lines():
    """grader: results are found between other lines"""
    text = "a: ok\nnoise a: FAILED\nb: FAILED (line 3: x)\n$ c: ok\n"
    assert read_results(text) == {"a": "ok", "b": "FAILED (line 3: x)"}
