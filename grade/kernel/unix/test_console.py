"""grade/kernel/unix/test_console.py: what a user does at the console, key by
key."""

import re
import time
from pathlib import Path

import pytest

from grade.kernel.outside.checks import check
from grade.machine.guest import Guest
from grade.machine.host.limits import limit
from grade.machine.image import make_script_image
from grade.machine.qemu import Machine
from grade.machine.strict import strict_machine
from grade.machine.strict.strict_machine import StrictMachine
from grade.machine.transcript import Screen, play, read_transcript
from grade.machine.user_programs import build_programs

LATE_MAX = 10_000       # microseconds, or 10 million instructions
KEY_HOME = "\x01"
TRANSCRIPTS = sorted(Path(__file__).parent.glob("transcripts/*.txt"))


@pytest.mark.parametrize("path, harts", [
    pytest.param(path, harts, id=f"{path.stem}-{harts}",
                 marks=pytest.mark.xdist_group(f"console{harts}"))
    for path in TRANSCRIPTS for harts in (1, 4)])
def test_session(config, log, path, harts):
    """console: the session {path.stem}.txt, {harts}"""
    with Guest(config, Machine(cpus=harts), log) as guest:
        play(guest, read_transcript(path))


def wait_until_gone(guest):
    """A process ends when its hart next enters the kernel, and is listed until
    its parent has waited for it. One that Ctrl-C missed would stay for
    ever."""
    end = time.monotonic() + limit(20)
    left = None
    while left != "0":
        check(time.monotonic() < end, "no process of runaway", left)
        guest.send("ps | grep -c runaway\r")
        left = guest.expect(r"\n\$ ").split("\n")[-1]


@pytest.mark.parametrize("kind, harts", [
    pytest.param(kind, harts, marks=pytest.mark.xdist_group(f"keys{harts}"))
    for kind in ("loop", "bomb", "heirs") for harts in (1, 4)])
def test_runaway(config, log, kind, harts):
    """console: Ctrl-C ends a runaway program, {kind}-{harts}"""
    with Guest(config, Machine(cpus=harts), log,
               "grade/kernel/programs/runaway.c") as guest:
        guest.prompt()
        guest.send(f"runaway {kind}\r")
        guest.expect(r"\noff\n")
        guest.send("\x10")
        guest.expect(r"\n *1 +0 \w+ +init\n")
        guest.send("\x03")
        guest.expect(r"\^C\n\$ ")
        wait_until_gone(guest)


@pytest.mark.parametrize("harts", [
    pytest.param(harts, marks=pytest.mark.xdist_group(f"keys{harts}"))
    for harts in (1, 4)])
def test_writers(config, log, harts):
    """console: each writer gets a turn and can be killed, {harts}"""
    with Guest(config, Machine(cpus=harts), log,
               "grade/kernel/programs/terminal.c") as guest:
        guest.prompt()
        guest.send("terminal write\r")
        guest.expect(r"\nall had their turn\n")


@pytest.mark.parametrize("harts", [
    pytest.param(harts, marks=pytest.mark.xdist_group(f"keys{harts}"))
    for harts in (1, 4)])
def test_readers(config, log, harts):
    """console: each reader gets a turn and can be killed, {harts}"""
    readers = []
    with Guest(config, Machine(cpus=harts), log,
               "grade/kernel/programs/terminal.c") as guest:
        guest.prompt()
        guest.send("terminal read\r")
        for _ in range(6):
            guest.expect(r"(^|\n)ready\n")
            guest.send("line\r")
            readers.append(guest.expect(r" got line\n")[-1])
    check(readers == ["A", "B"] * 3, "the two read in turn",
          " ".join(readers))


def paste(guest, text):
    """Paste the text; returns what the screen shows meanwhile."""
    screen = Screen()
    guest.paste(text, screen.feed)
    return screen


@pytest.mark.xdist_group("keys1")
def test_paste(config, log):
    """console: a long paste loses nothing, read or not yet read"""
    lines = [f"line {i} of what is pasted\r" for i in range(6000)]
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        guest.send("echo off; sleep 1; wc\r")
        guest.expect(r"\noff\n")
        paste(guest, "".join(lines))
        guest.send("\x04")
        size = sum(map(len, lines))
        guest.expect(rf"\n6000 36000 {size}\n\$ ")


@pytest.mark.xdist_group("keys1")
def test_long_line(config, log):
    """console: a line that is too long reports how much is lost"""
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        guest.send("wc\r")
        guest.expect(r"wc\n")
        paste(guest, "x" * 50000)
        guest.send("\r\x04")
        bells = guest.expect("line too long: its last 45905 bytes are lost")
        assert bells.count("\a") <= 1
        guest.expect(r"\n1 1 4096\n\$ ")


def test_long_edits(config, log, tmp_path):
    """console: keys that change much of the line keep no interrupt waiting"""
    disk = make_script_image(
        config, tmp_path, "terminal late",
        build_programs(config, "grade/kernel/programs/terminal.c", tmp_path))
    typed = tmp_path / "typed"
    typed.write_text(2000 * "x" + KEY_HOME + 200 * "y", "utf-8")
    machine = StrictMachine(cpus=1, args="quiet panic=exit run /run.sh",
                            switches=(), typed=typed)
    strict_machine.run(config, machine, disk, log.write, limit(120),
                       tmp_path / "said")
    late = re.search(r"late (\d+)\s*$", log.text())
    check(late is not None and int(late.group(1)) <= LATE_MAX,
          f"late by at most {LATE_MAX} microseconds",
          late and late.group())


@pytest.mark.xdist_group("keys4")
def test_nobody_reads(config, log):
    """console: Ctrl-C arrives after more input than fits"""
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        guest.send("echo off; sleep 1000\r")
        guest.expect(r"\noff\n")
        screen = paste(guest, 2000 * (99 * "x" + "\r"))
        guest.watch(screen.feed, lambda: any(
            "what is typed now is lost" in line for line in screen.lines))
        guest.send("\x03")
        guest.expect(r"\^C\n\$ ")
        guest.send("echo back\r")
        guest.expect(r"\nback\n\$ ")
