"""grade/selftest/test_docs.py: commands that the pages show work."""

import re

import pytest

from grade.machine.host.build import ROOT
from grade.machine.qemu import Machine
from grade.machine.shared_boots import SharedBoots
from grade.tools.lint.shown import all_shown, shown
from grade.tools.lint.shown_commands import (
    Known, guest_problems, host_problems)
from grade.tools.lint.shown_names import missing

pytestmark = pytest.mark.xdist_group("docs")

CMD = re.compile(r'CMD="([^"]*)"')
# Whole suites have tests of their own. The other commands end or stop the
# guest.
NOT_RUN = re.compile(r"\.\.\.|(usertests|cowtest|proctest [0-9]+)( *;|$)"
                     r"|many|hello|^xv6|parallel|locks|sleep 100|kill 12|fail"
                     r"|echo (wild|index|order)|^pmap -x 3")
WRONG = re.compile(r"usage:|no such (group|test|file)"
                   "|no row is called|pages, please")


def shown_in_guest():
    """The quick commands, each once."""
    found = {}
    for it in all_shown():
        commands = CMD.findall(it.text) if it.kind == "host" \
            and it.text.startswith(("make run", "make view")) \
            and "COMPAT=1" not in it.text else \
            [it.text] if it.kind == "guest" else []
        for command in commands:
            if not NOT_RUN.search(command):
                found.setdefault(command, f"{it.page}:{it.line}")
    return found


def test_guest_commands(config, calf):
    """docs: the commands shown for the guest work"""
    boots = SharedBoots(config, calf.logs, "docs", Machine())
    commands = shown_in_guest()
    assert len(commands) > 15
    script = "".join(f"echo '== {place}'\n({command})\n"
                     for command, place in commands.items())
    try:
        ending, text = boots.boot("docs", script, 120, 60)
    finally:
        boots.end()
    parts = dict(part.partition("\n")[::2]
                 for part in text.split("== ")[1:])
    assert parts.keys() == {*commands.values()}
    assert not [f"{place}: {text}" for place, text in parts.items()
                if WRONG.search(text)]


@pytest.mark.parametrize("text, found", [
    ("make grade", []), ("make garde", ["make has no target garde"]),
    ("make run CMD='usertests -g sharing'",
     ["usertests has no group sharing"]),
    ("make run CMD='cowtest nothing'", ["usertests has no test nothing"]),
    ("make run CDM='ls'", ["make has no setting CDM"]),
    ("make grade GROUP=races", []),
    ("make grade GROUP=rases", ["GROUP: there is no rases"]),
    ("make grade TESTS=sahre", ["TESTS: there is no sahre"]),
    ("python3 -m grade.runn ls", ["there is no module grade.runn"])])
def test_host_command(text, found):
    """docs: lint finds a target or setting that make does not have"""
    assert list(host_problems(Known(ROOT), text)) == found


def test_guest_command():
    """docs: lint finds a program that the guest does not have"""
    known = Known(ROOT)
    assert not [*guest_problems(known, "cd /; echo a | wc && cowbench fork")]
    assert [*guest_problems(known, "ls; lss")] == ["there is no program lss"]


def test_shown():
    """docs: commands are found in code blocks and in backquotes"""
    text = "See `make\nview` and `f()`:\n\n    $ ls -l    what is there\n" \
        "    make run CMD=\"a  b\"   runs it\n    printed\n"
    assert sorted(shown(text)) == [
        (1, "host", "make view"), (2, "name", "f()"), (4, "guest", "ls -l"),
        (5, "host", 'make run CMD="a  b"')]


def test_missing():
    """docs: lint finds names that do not exist"""
    paths = {"kernel/mm/uvm.c"}
    assert not [*missing("uvm_alloc() in mm/uvm.c", {"uvm_alloc"}, paths)]
    assert [*missing("kernel/mm/uvn.c", set(), paths)] == ["kernel/mm/uvn.c"]
    assert [*missing("uvm_aloc()", {"uvm_alloc"}, paths)] == ["uvm_aloc"]
