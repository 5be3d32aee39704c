"""grade/selftest/test_strict_search.py: a race is found, narrowed, run again
and stepped back to its cause, by the commands of docs/strict.md.

The race is that of a guest of a few lines, so that a run takes no time.
"""

import json
import os
import re
import shlex
import socket
import subprocess
import sys

import pytest

from grade.machine.host import process
from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.selftest.test_strict import GUESTS, build_guest
from grade.tools.setup.needs import needs, probe

# One worker searches once for all of them, and nobody else runs gdb meanwhile.
pytestmark = pytest.mark.xdist_group("gdb")

AGAIN = re.compile(r"^strict: again: make strict (.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def strict(calf, tmp_path_factory):
    """make strict with a guest that loses counts, and those settings."""
    folder = tmp_path_factory.mktemp("search")
    guest = build_guest(calf, folder / "counter", "-g", GUESTS / "guest.S",
                        GUESTS / "counter.c")
    plain = calf.folder / "plain" / "config.json"
    config = folder / "config.json"
    config.write_text(json.dumps(
        {**json.loads(plain.read_text("utf-8")), "kernel": str(guest)}),
        "utf-8")

    def start(settings):
        return process.start(
            [sys.executable, "-m", "grade.machine.strict", "--config", config],
            cwd=ROOT, env={**os.environ, **settings},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    start.guest = guest
    return start


def finish(child):
    """(status, what it said)"""
    said = child.communicate(timeout=limit(120))[1]
    return child.returncode, said


@pytest.fixture(scope="module")
def search(strict):
    """The output of a search, and the settings with which it repeats the
    failure."""
    status, said = finish(strict({"CMD": "true", "SEEDS": "1..50"}))
    assert status == 1
    words = shlex.split(AGAIN.search(said)[1])
    return said, dict(word.split("=", 1) for word in words)


def test_found(strict, search):
    """strict: a search finds a seed that fails, and what it takes to fail"""
    said, settings = search
    assert re.search(r"^strict: seed \d+ fails: exit status 1; narrowing$",
                     said, re.MULTILINE)
    assert settings["STRICT"] == "order"
    assert int(settings["UNTIL"]) > 0
    status, repeated = finish(strict(settings))
    assert status == 1
    assert repeated == said[said.index("story:"):]


def test_cause(search):
    """strict: the last early load of a narrowed run is the one to blame"""
    place = r"at step \d+ in count \(counter\.c:21\)"
    assert re.search(rf"^story: hart \d loaded from 0x\w+ {place} what was "
                     rf"there before hart \d stored to it {place}$",
                     search[0], re.MULTILINE)


def test_port_taken(strict):
    """strict: a port that another program has is one line"""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, said = finish(strict({"CMD": "true", "PORT": str(port)}))
    assert status != 0
    assert said == f"strict: -gdb {port}: the port cannot be used\n"


def free_port():
    with socket.socket() as probed:
        probed.bind(("127.0.0.1", 0))
        return probed.getsockname()[1]


@needs("gdb")
def test_back(strict, search):
    """strict: gdb goes back from the end to the store that lost a count"""
    _, settings = search
    port = free_port()
    machine = strict({**settings, "PORT": str(port)})
    try:
        assert machine.stderr.readline() == \
            f"strict: waiting for gdb on port {port}\n"
        gdb = probe("gdb").rpartition("GDB=")[2] or "gdb-multiarch"
        commands = ("set architecture riscv:rv64",
                    f"target remote 127.0.0.1:{port}", "continue",
                    "watch counter", "reverse-continue", "reverse-stepi")
        done = subprocess.run(
            [gdb, "-nx", "-batch", *(word for command in commands
                                     for word in ("-ex", command)),
             strict.guest], env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
            timeout=limit(120))
    finally:
        process.kill(machine)
    values = re.search(r"hit Hardware watchpoint 1: counter\n\n"
                       r"Old value = (\d+)\nNew value = (\d+)\n", done.stdout)
    assert int(values[1]) == int(values[2]) + 1
