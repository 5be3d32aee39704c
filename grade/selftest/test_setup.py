"""grade/selftest/test_setup.py: set-up and the probe, on simulated
computers."""

import re
import subprocess

import pytest

from grade.machine.host.build import ROOT
from grade.selftest.stub_computers import (
    DOES_NOTHING, HANGS, OLD_GCC, QEMU, SUDO, TOOLS, Computer)

GRADE = {"make", "mawk", "gcc", "libc6-dev", "gcc-riscv64-linux-gnu",
         "qemu-system-riscv", "python3", "python3-pytest",
         "python3-pytest-xdist", "python3-pexpect", "bubblewrap"}


@pytest.fixture
def computer(tmp_path):
    """A computer on which nothing is installed."""
    return Computer(tmp_path)


@pytest.fixture
def ready(computer):
    """A computer with all that `make grade` needs."""
    computer.install(*sorted(GRADE))
    return computer


def goals_by_needs():
    """Lists of goals that need the same."""
    for line in (TOOLS / "goals").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.partition(":")[0].replace("*", "build/mkfs").split()


# ---- success ----------------------------------------------------------------

@pytest.mark.parametrize("settings", [{}, {"LLVM": "1"}], ids=["gcc", "LLVM"])
def test_every_goal(tmp_path, settings):
    """set-up: installs what the probe asks for, for every goal of make"""
    for goals in goals_by_needs():
        (tmp_path / goals[0]).mkdir(parents=True)
        computer = Computer(tmp_path / goals[0])
        status, text = computer.setup(goals[0], **settings)
        assert status == 0, text
        assert computer.setup(goals[0], **settings) == (
            0, "setup: nothing is missing\n")
        for goal in goals:
            assert computer.probe(goal, **settings).startswith("ok ")


def test_needed_packages(computer):
    """set-up: installs what make grade needs, and nothing else"""
    assert computer.setup("grade") == (
        0, "setup: installing with apt-get: "
        + " ".join(sorted(GRADE)) + "\nsetup: done\n")
    assert computer.installed() == GRADE


@pytest.mark.parametrize("first", ["pexpect pyflakes", "", "pytest xdist"])
def test_other_python_first(computer, first):
    """set-up: works if another python3 comes first on PATH, with: {first}"""
    computer.install("python3", "python3-pyflakes")
    computer.add_python("python3", first)
    assert computer.setup("grade")[0] == 0
    assert computer.installed() == GRADE | {"python3-pyflakes"}
    assert f"PYTHON={computer.settings['SYSTEM_PYTHON']} " \
        in computer.probe("grade")


def test_first_python_will_do(computer):
    """set-up: a python3 with all modules needs no package"""
    computer.add_python("python3", "pytest xdist pexpect")
    computer.setup("grade")
    assert computer.installed() == {p for p in GRADE if "python" not in p}


@pytest.mark.parametrize("prefix", [
    "riscv64-unknown-elf-", "riscv64-elf-", "riscv64-none-elf-",
    "riscv64-unknown-linux-gnu-", "riscv64-linux-musl-"])
def test_prefix(ready, prefix):
    """set-up: the tools of {prefix}gcc are found"""
    for program in ready.bin.glob("riscv64-linux-gnu-*"):
        program.rename(program.with_name(
            prefix + program.name.rpartition("-")[2]))
    assert ready.setup("grade") == (0, "setup: nothing is missing\n")
    assert ready.probe("grade").startswith(f"ok PREFIX={prefix} LLVM= ")


# ---- useless tools ----------------------------------------------------------

@pytest.mark.parametrize("name, text, goal, package", [
    ("cc", "exit 1", "all", "libc6-dev"),
    ("gdb-multiarch", "exit 0", "gdb", "gdb-multiarch"),
    ("parallel", "exit 1", "course", "parallel"),
    ("riscv64-elf-gcc", OLD_GCC, "all", "gcc-riscv64-linux-gnu"),
    ("qemu-system-riscv64", QEMU.replace("9.2", "5.2"), "run",
     "qemu-system-riscv"),
    ("clang", "exit 1", "lint", "clang"),
    ("cc", DOES_NOTHING, "all", "gcc"),
    ("riscv64-elf-gcc", DOES_NOTHING, "all", "gcc-riscv64-linux-gnu"),
    ("python3", HANGS, "run", "python3"), ("git", HANGS, "handout", "git"),
    ("qemu-system-riscv64", HANGS, "run", "qemu-system-riscv"),
    ("cc", HANGS, "all", "gcc")])
def test_useless(computer, name, text, goal, package):
    """set-up: a {name} that lacks what is needed does not count: {text}"""
    computer.settings["PROBE_SECONDS"] = "3" if text == HANGS else "60"
    for tool in ("ld", "ar", "nm", "objcopy", "strip"):
        computer.add(f"riscv64-elf-{tool}")
    computer.add(name, text)
    assert computer.probe(goal).startswith("error ")
    assert computer.setup(goal)[0] == 0
    assert package in computer.installed()
    assert computer.probe(goal).startswith("ok ")


def test_old_gcc(computer):
    """set-up: if gcc is too old, clang is used"""
    computer.add("../brings/gcc-riscv64-linux-gnu/riscv64-linux-gnu-gcc",
                 OLD_GCC)
    status, text = computer.setup("qemu")
    assert status == 0, text
    assert computer.probe("qemu").startswith("ok PREFIX= LLVM=1 ")
    (computer.bin / "clang").unlink()
    assert "gcc 10" in computer.probe("qemu") \
        and "LLVM=1" in computer.probe("qemu")


# ---- tools that the user names ----------------------------------------------

@pytest.mark.parametrize("name, value, words", [
    ("HOSTCC", "nosuch", "no such program"),
    ("HOSTCC", "false", "does not build"),
    ("HOSTCC", "true", "does not build"),
    ("QEMU", "nosuch", "no such program"),
    ("QEMU", "true", "no machine called virt"),
    ("GDB", "nosuch", "no such program"), ("GDB", "true", "no Python"),
    ("PYTHON", "nosuch", "no such program"), ("PYTHON", "false", "not Python"),
    ("PYTHON", "true", "not Python"),
    ("PYTHON", "bare", "does not have pexpect, xdist"),
    ("PYTHON", "/my tools/python3", "with a space"),
    ("TOOLPREFIX", "nosuch-", "no nosuch-gcc"),
    ("TOOLPREFIX", "my' tools-", "with a space")])
def test_named(ready, name, value, words):
    """set-up: one sentence refuses {name}={value}, and nothing is installed"""
    ready.install("gdb-multiarch")
    ready.add("true", DOES_NOTHING)
    ready.add("false", "exit 1")
    ready.add_python("bare", "pytest")
    before = ready.installed()
    found = ready.probe("grade", "gdb", **{name: value})
    assert found.startswith("error ") and f"{value}" in found
    assert words in found and "setup" not in found
    status, text = ready.setup("grade", "gdb", **{name: value})
    assert status == 1 and text == f"setup: {found[6:]}\n"
    assert ready.installed() == before


def test_named_system_python(computer):
    """set-up: PYTHON= may name the Python that gets the packages"""
    computer.install("python3")
    named = {"PYTHON": str(computer.bin / "system-python3")}
    assert computer.setup("grade", **named)[0] == 0
    assert computer.probe("grade", **named).startswith("ok ")


# ---- packages that cannot be installed --------------------------------------

def test_unknown_package(computer):
    """set-up: says which package cannot be installed and why, and installs the
    others"""
    computer.write("unknown", "python3-pexpect\nbubblewrap\n")
    status, text = computer.setup("grade")
    assert status == 1
    assert computer.installed() == GRADE - {"python3-pexpect", "bubblewrap"}
    assert "setup: missing: pexpect for Python: could not install " \
        "python3-pexpect\n" in text, text
    assert "\n  E: Unable to locate package python3-pexpect\n" in text
    assert text.count("could not install") == 2     # not what is there


def test_not_needed(computer):
    """set-up: goes on without bubblewrap if there is no such package"""
    computer.write("unknown", "bubblewrap\n")
    status, text = computer.setup("grade")
    assert status == 0 and "without bubblewrap, which is not needed" in text
    assert computer.probe("grade").startswith("ok ")


@pytest.mark.parametrize("unknown, package", [
    ("", "qemu-system-riscv"), ("qemu-system-riscv\n", "qemu-system-misc")])
def test_choice(computer, unknown, package):
    """set-up: installs and names the only package that exists: {package}"""
    computer.write("unknown", unknown)
    text = computer.setup("qemu")[1]
    assert package in computer.installed()
    assert f" {package}\n" in text.replace(" python3", "")
    assert "/" not in text


def test_root_is_asked(ready):
    """set-up: uses sudo only if it is not run by root"""
    ready.add("id", "echo 1000")
    ready.add("sudo", SUDO)
    assert ready.setup("grade") == (0, "setup: nothing is missing\n")
    assert ready.setup("course")[0] == 0
    assert "apt-get install" in (ready.folder / "sudo").read_text("utf-8")


def test_no_sudo(ready):
    """set-up: without root and sudo, says what root should install"""
    ready.add("id", "echo 1000")
    assert ready.setup("course") == (
        1, "setup: not root, and there is no sudo: as root, install "
        "parallel rsync\n")


def test_sudo_refuses(ready):
    """set-up: says why sudo failed"""
    ready.add("id", "echo 1000")
    ready.add("sudo", "echo you are not in the sudoers file >&2; exit 1")
    status, text = ready.setup("course")
    assert status == 1 and "\n  you are not in the sudoers file\n" in text


def test_offline(computer):
    """set-up: prints apt-get's error if there is no network"""
    computer.add("apt-get", "echo E: Could not resolve host >&2; exit 100")
    status, text = computer.setup("all")
    assert status == 1 and "\n  E: Could not resolve host\n" in text


def test_no_manager(computer):
    """set-up: says what is missing if there is no package manager"""
    (computer.bin / "apt-get").unlink()
    status, text = computer.setup("all")
    assert status == 1 and "missing: make: no package manager found" in text
    assert "TOOLPREFIX= names one" in text


def test_no_place(ready):
    """set-up: one sentence says that build/ cannot be written"""
    (ready.project / "build").touch()
    assert ready.probe("all") == f"error cannot write to {ready.project}/build"
    assert ready.probe("help").startswith("ok ")


@pytest.mark.parametrize("words, missing", [
    (["git", "parallel"], ""), (["git", "chromium"], "chromium")])
def test_needs(ready, words, missing):
    """set-up: the needs of a test are checked in the same way: {words}"""
    ready.install("git", "parallel")
    found = ready.probe("--needs", *words)
    assert found.startswith("error " if missing else "ok ")
    assert missing in found


# ---- the lists --------------------------------------------------------------

def test_lists():
    """set-up: each need has its packages, and each goal is one of make's"""
    needs = {line.partition(" | ")[0]: line.count("|") for line in
             (TOOLS / "packages").read_text("utf-8").splitlines()
             if not line.startswith("#")}
    assert set(needs.values()) == {5}
    goals = (TOOLS / "goals").read_text("utf-8")
    words = {word.lstrip("+") for line in goals.splitlines()
             if not line.startswith("#")
             for word in line.partition(":")[2].split()}
    assert {word for word in words if word[0] != "@"} == set(needs)
    assert {word[1:] for word in words if word[0] == "@"} <= {
        goal for goals in goals_by_needs() for goal in goals}


def needs_of(goal):
    return subprocess.run(
        ["sh", "-c",
         'here=grade/tools/setup; . "$here/find.sh"; needs_of "$0"', goal],
        cwd=ROOT, stdout=subprocess.PIPE, check=True,
        encoding="utf-8").stdout.replace("+", "").split()


def test_tests_are_served():
    """set-up: make setup test installs what the tests declare as needed"""
    for path in sorted((ROOT / "grade").rglob("test_*.py")):
        goal = "view_page" if path.stem == "test_view_page" else "test"
        text = path.read_text("utf-8")
        words = {word for call in re.findall(r"\bneeds\(([^)]*)\)", text)
                 for word in re.findall(r'"([^"]+)"', call)}
        assert words <= {*needs_of(goal)}, path
