"""grade/selftest/test_run.py: `make run` prints, ends and fails as it
should."""

import os
import subprocess
import sys

import pytest

from grade.machine.host.build import ROOT, make_command
from grade.machine.host.limits import limit
from grade.tools.setup.needs import needs

pytestmark = pytest.mark.xdist_group("run")


def run(calf, **settings):
    """Run grade.machine.run with those settings on the session's build."""
    env = {**os.environ, "TIMEOUT": f"{limit(60):g}", **settings}
    path = calf.folder / "plain" / "config.json"
    return subprocess.run(
        [sys.executable, "-m", "grade.machine.run", "--config", path, "run"],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8", errors="replace")


def test_output_and_status(calf):
    """run prints the programs' output and returns the last one's status"""
    done = run(calf, CMD="echo one; echo two | cat; sh -c 'exit 7'")
    assert done.stdout == "one\ntwo\n"
    assert done.stderr == "run: exit status 7\n"
    assert done.returncode == 7


def test_success(calf):
    """run returns 0 after success, with 4 harts and with ICOUNT=1"""
    assert run(calf, CMD="false; true", CPUS="4").returncode == 0
    done = run(calf, CMD="echo hi", ICOUNT="1")
    assert (done.stdout, done.returncode) == ("hi\n", 0)


def test_hang(calf):
    """run reports that a guest hangs, and ends it"""
    done = run(calf, CMD="echo begin; sleep 1000", TIMEOUT=f"{limit(5):g}")
    assert done.stdout == "begin\n"
    assert done.stderr.startswith("run: gave up after ")
    assert done.returncode == 124


def test_empty_input(calf):
    """the input of programs under run is empty"""
    done = run(calf, CMD="cat; wc")
    assert (done.stdout.split(), done.returncode) == (["0"] * 3, 0)


def test_xv6_program(calf):
    """PROGS: a program written for xv6 compiles and runs"""
    done = run(calf, PROGS="grade/kernel/programs/xv6.c",
               CMD="xv6 word; rm nosuch")
    assert done.stdout.splitlines() == [
        "args 2 word", "pipe ping 3", "file 2 1 12", "gone -1",
        "sbrk 8192 x", "exec works",
        "rm: nosuch: no such file or directory"]
    assert done.returncode == 1


@pytest.mark.parametrize("setting, value", [
    ("CPUS", "9"), ("CPUS", "x"), ("MEM", "foo"), ("TIMEOUT", "soon"),
    ("PROGS", "nosuch.c"), ("PROGS", "Makefile"), ("CMD", "")])
def test_bad_setting(calf, setting, value):
    """run refuses a bad setting in one line: {setting}={value}"""
    done = run(calf, **{"CMD": "true", setting: value})
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.returncode == 2


@pytest.mark.parametrize("setting, value, words", [
    ("MEM", "8M", "RAM"), ("ARGS", "maxproc=x", "maxproc=x")],
    ids=["memory", "argument"])
def test_cannot_start(calf, setting, value, words):
    """the kernel reports in one line why it cannot start: {setting}={value}"""
    done = run(calf, **{"CMD": "true", setting: value})
    assert done.stdout.startswith("calf: cannot start: ")
    assert words in done.stdout and len(done.stdout.splitlines()) == 1
    assert done.returncode == 100


def test_closed_output(calf):
    """run and its QEMU end when nobody reads the output"""
    path = calf.folder / "plain" / "config.json"
    reader, writer = os.pipe()
    env = {**os.environ, "CMD": "echo ready; sleep 1000",
           "TIMEOUT": f"{limit(60):g}"}
    child = subprocess.Popen(
        [sys.executable, "-m", "grade.machine.run", "--config", path, "run"],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=writer)
    os.close(writer)
    with open(reader, "rb", buffering=0) as output:
        assert output.readline() == b"ready\n"
    assert child.wait(limit(20)) == 141


BUILD_AGAIN = ["grade", "handin"]       # goals that start another make
if (ROOT / "patches").is_dir():
    BUILD_AGAIN += ["bench", "mutants", "variants", "power", "damage",
                    "series"]


@needs("llvm")
@pytest.mark.parametrize("goal", BUILD_AGAIN)
def test_flavours(tmp_path, goal):
    """make {goal} heeds LLVM=1, DEBUG=1 and TOOLPREFIX when it builds"""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = -m ] || exec {sys.executable} '
                      '"$@"\necho "$LLVM,$DEBUG,$AUDIT,$TOOLPREFIX"\n',
                      "utf-8")
    python.chmod(0o755)

    def asked(*settings):
        command, env = make_command(goal, f"PYTHON={python}", *settings)
        return subprocess.run(
            command, env=env, cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, encoding="utf-8").stdout

    prefix = asked("LLVM=", "DEBUG=", "AUDIT=").strip().strip(",")
    assert asked("LLVM=1", "DEBUG=1", "AUDIT=0", "TOOLPREFIX=") \
        == "1,1,,\n"
    assert asked("LLVM=", "DEBUG=no", "AUDIT=1", f"TOOLPREFIX={prefix}") \
        == f",,1,{prefix}\n"
