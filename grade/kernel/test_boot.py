"""grade/kernel/test_boot.py: the machine boots and can be used.

The expected output contains a new random word for each boot.
"""

import random
import secrets

import pytest

from grade.machine.guest import Guest, GuestFailed
from grade.machine.qemu import Machine


def group(name):
    return pytest.mark.xdist_group(name)


@pytest.fixture
def word():
    return secrets.token_hex(8)


@pytest.mark.parametrize("harts", [
    pytest.param(n, marks=group(f"boot{n}")) for n in (1, 4, 8)])
def test_shell(config, log, word, harts):
    """boots to a shell, {harts}"""
    with Guest(config, Machine(cpus=harts), log) as guest:
        guest.prompt()
        guest.send(f"echo {word}: $? 'quoted  words'\n")
        guest.expect(rf"\n{word}: 0 quoted  words\n")
        guest.prompt()


@pytest.mark.parametrize("mem", [
    pytest.param(m, marks=group(f"mem{m}")) for m in ("32M", "1G")])
def test_memory(config, log, word, mem):
    """boots with {mem} of memory and uses all of it"""
    machine = Machine(mem=mem)
    with Guest(config, machine, log) as guest:
        guest.prompt()
        guest.send(f"echo {word}; free -m\n")
        guest.expect(rf"\n{word}\n")
        seen = int(guest.expect(r"all that can be handed out")
                   .rpartition("total")[2])
        megabytes = machine.ram_bytes >> 20
        assert megabytes * 0.9 - 2 <= seen <= megabytes
        guest.prompt()


# They find a frame or a table that nobody has cleared, and frames that only
# the hart that has freed them can use.
FRESH = ("new_heap_is_zero new_program_finds_nothing_of_others "
         "stack_may_have_any_size heap_takes_all_memory "
         "fork_of_more_than_half_of_memory copies_are_given_back")


@group("junk")
def test_junk(config, log, word):
    """RAM may be full of junk at first, and all of it can be used, 8 harts"""
    with Guest(config, Machine(cpus=8, mem="32M", junk=True), log) as guest:
        guest.prompt()
        guest.send(f"usertests {FRESH} && echo {word}\n")
        if f"\n{word}" not in guest.prompt(60):
            raise GuestFailed(log.explain("a test of usertests failed"))


@group("console")
def test_console_editing(config, log, word):
    """the console edits a line: backspace, Ctrl-U, Ctrl-D"""
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        guest.send(f"echo wrongg\b\b\b\b\b\b{word}\n")
        guest.expect(rf"\n{word}\n")
        guest.prompt()
        guest.send(f"echo nothing\x15echo a line {word}\n")
        guest.expect(rf"\na line {word}\n")
        guest.prompt()
        # Once as it is typed, once by cat.
        guest.send(f"cat\n{word}\n")
        guest.expect(rf"\n{word}\n{word}\n")
        guest.send("\x04")
        guest.prompt()


@group("console")
def test_poweroff(config, log):
    """poweroff ends the machine with its status"""
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        status = random.randrange(2, 100)
        guest.send(f"poweroff {status}\n")
        assert guest.ended() == status
