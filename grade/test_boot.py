"""grade/test_boot.py: the machine comes up, and somebody can use it."""

import pytest

from grade.guest import Guest
from grade.machine import Machine


def group(name):
    return pytest.mark.xdist_group(name)


@pytest.mark.parametrize("harts", [
    pytest.param(n, marks=group(f"boot{n}")) for n in (1, 4, 8)])
def test_shell(config, log, harts):
    """boots to a shell, {harts}"""
    with Guest(config, Machine(cpus=harts), log) as guest:
        guest.prompt()
        guest.send("echo answer: $? 'quoted  words'\n")
        guest.expect(r"\nanswer: 0 quoted  words\n")
        guest.prompt()


@pytest.mark.parametrize("mem", [
    pytest.param(m, marks=group(f"mem{m}")) for m in ("32M", "1G")])
def test_memory(config, log, mem):
    """boots with {mem} of memory and sees all of it"""
    with Guest(config, Machine(mem=mem), log) as guest:
        guest.prompt()
        guest.send("free -m\n")
        seen = int(guest.expect(r"all that can be handed out")
                   .rpartition("total")[2])
        megabytes = int(mem[:-1]) * (1024 if mem.endswith("G") else 1)
        assert megabytes * 0.9 - 2 <= seen <= megabytes
        guest.prompt()


@group("console")
def test_console_editing(config, log):
    """the console edits a line: backspace, Ctrl-U, Ctrl-D"""
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        guest.send("echo wrongg\b\b\b\b\b\bright\n")
        guest.expect(r"\nright\n")
        guest.prompt()
        guest.send("echo nothing\x15echo line\n")
        guest.expect(r"\nline\n")
        guest.prompt()
        guest.send("cat\nback\n")
        guest.expect(r"\nback\n")
        guest.send("\x04")
        guest.prompt()


@group("console")
def test_poweroff(config, log):
    """poweroff ends the machine with its status"""
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        guest.send("poweroff 5\n")
        assert guest.ended() == 5
