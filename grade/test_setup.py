"""grade/test_setup.py: set-up and the probe, on computers made of stubs."""

import shutil
import subprocess

import pytest

from grade.config import ROOT

TOOLS = ROOT / "grade" / "tools"
UTILITIES = ("cat chmod cp cut dirname env grep head ls mkdir mktemp rm sed "
             "sh sort tail tr").split()

# What stubs do, in sh; $here is the computer's folder.
ANYTHING = "exit 0"
QEMU = """case "$*" in
*--version*) echo "QEMU emulator version 9.2" ;;
*) echo "virt board" ;;
esac"""
OLD_GCC = """case "$*" in
*-dumpversion*) echo 9.9 ;;
*-march=*) exit 1 ;;
esac"""
# A Python with some modules; the system's has those of packages as well.
PYTHON = """case "$2" in *'"/usr/lib"'*) [ -n "SYSTEM" ]; exit ;; esac
shift 2
for module; do
    case " MODULES " in *" $module "*) continue ;; esac
    [ -n "SYSTEM" ] || exit 1
    grep -qx "python3-$module\\|python3-pytest-$module" "$here/installed" ||
        exit 1
done"""
APT_GET = """[ "$1" = install ] || exit "$(cat "$here/update")"
shift 3
for package; do
    grep -qx "$package" "$here/unknown" || continue
    echo "E: Unable to locate package $package" >&2
    exit 100
done
for package; do
    echo "$package" >>"$here/installed"
    [ ! -d "$here/brings/$package" ] ||
        cp "$here/brings/$package/"* "$here/bin"
done"""
APT_CACHE = """grep -qx "$2" "$here/unknown" || echo "Package: $2" """
DPKG_QUERY = """eval package=\\$$#
! grep -qx "$package" "$here/installed" || echo install ok installed"""
SUDO = """echo "$*" >>"$here/sudo"
id() { echo 0; }
"$@" """

BROUGHT = {
    "make": {"make": ANYTHING},
    "mawk": {"awk": ANYTHING},
    "gcc": {"cc": '[ -e "$here/bin/libc" ]'},
    "libc6-dev": {"libc": ANYTHING},
    "gcc-riscv64-linux-gnu": {
        f"riscv64-linux-gnu-{tool}": ANYTHING
        for tool in ("gcc", "ld", "ar", "nm", "strip")},
    "clang": {"clang": ANYTHING},
    "lld": {"ld.lld": ANYTHING},
    "llvm": {f"llvm-{tool}": ANYTHING for tool in ("ar", "nm", "strip")},
    "clang-format": {"clang-format": ANYTHING},
    "qemu-system-riscv": {"qemu-system-riscv64": QEMU},
    "qemu-system-misc": {"qemu-system-riscv64": QEMU},
    "gdb-multiarch": {"gdb-multiarch": "echo usable"},
    "python3": {"system-python3": PYTHON.replace("SYSTEM", "yes")},
    "bubblewrap": {"bwrap": ANYTHING},
    "git": {"git": ANYTHING},
    "parallel": {"parallel": "echo GNU parallel"},
    "chromium": {"chromium": ANYTHING},
    "chromium-driver": {"chromedriver": ANYTHING},
}
GRADE = {"make", "mawk", "gcc", "libc6-dev", "gcc-riscv64-linux-gnu",
         "qemu-system-riscv", "python3", "python3-pytest",
         "python3-pytest-xdist", "python3-pexpect", "bubblewrap"}


class Computer:
    """Nothing but the usual utilities and apt-get is on its PATH. apt-get has
    every package that is not in the file `unknown`."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder / "bin"
        self.project = folder / "project"
        self.settings = {
            "PATH": str(self.bin), "TMPDIR": str(folder),
            "SYSTEM_PYTHON": str(self.bin / "system-python3")}
        shutil.copytree(TOOLS, self.project / "grade/tools")
        self.bin.mkdir()
        for name in UTILITIES:
            (self.bin / name).symlink_to(shutil.which(name))
        self.write("installed", "")
        self.write("unknown", "")
        self.write("update", "0")
        self.add("id", "echo 0")
        self.add("apt-get", APT_GET)
        self.add("apt-cache", APT_CACHE)
        self.add("dpkg-query", DPKG_QUERY)
        for package, programs in BROUGHT.items():
            for name, text in programs.items():
                self.add(f"../brings/{package}/{name}", text)

    def write(self, name, content):
        (self.folder / name).write_text(content, encoding="utf-8")

    def add(self, name, text=ANYTHING):
        path = self.bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nhere='{self.folder}'\n{text}\n",
                        encoding="utf-8")
        path.chmod(0o755)

    def add_python(self, name, modules):
        self.add(name, PYTHON.replace("MODULES", modules).replace(
            "SYSTEM", ""))

    def install(self, *packages):
        subprocess.run([self.bin / "apt-get", "install", "-y", "-q",
                        *packages], env=self.settings, check=True)

    def installed(self):
        return set((self.folder / "installed").read_text("utf-8").split())

    def run(self, script, *goals, **settings):
        done = subprocess.run(
            ["sh", f"grade/tools/{script}", *goals], cwd=self.project,
            env={**self.settings, **settings}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8")
        return done.returncode, done.stdout

    def setup(self, *goals, **settings):
        return self.run("setup.sh", *goals, **settings)

    def probe(self, *goals, **settings):
        status, text = self.run("probe.sh", *goals, **settings)
        assert status == 0 and text.count("\n") == 1, text
        return text.rstrip("\n")


@pytest.fixture
def computer(tmp_path):
    """Nothing is installed."""
    return Computer(tmp_path)


@pytest.fixture
def ready(computer):
    """All that `make grade` needs is there."""
    computer.install(*sorted(GRADE))
    return computer


def all_goals():
    found = []
    for line in (TOOLS / "goals").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            found += line.partition(":")[0].split()
    return [goal.replace("*", "build/mkfs") for goal in found]


# ---- all goes well ----------------------------------------------------------

@pytest.mark.parametrize("settings", [{}, {"LLVM": "1"}], ids=["gcc", "LLVM"])
def test_every_goal(tmp_path, settings):
    """set-up: installs what the probe wants, for every goal of make"""
    for number, goal in enumerate(all_goals()):
        (tmp_path / str(number)).mkdir()
        computer = Computer(tmp_path / str(number))
        status, text = computer.setup(goal, **settings)
        assert status == 0, text
        assert computer.probe(goal, **settings).startswith("ok ")
        assert computer.setup(goal, **settings) == (
            0, "setup: nothing is missing\n")


def test_needed_packages(computer):
    """set-up: installs for make grade what that needs, and nothing else"""
    assert computer.setup("grade") == (
        0, "setup: installing with apt-get: "
        + " ".join(sorted(GRADE)) + "\nsetup: done\n")
    assert computer.installed() == GRADE


@pytest.mark.parametrize("first", ["pexpect pyflakes", "", "pytest xdist"])
def test_other_python_first(computer, first):
    """set-up: with another python3 first on PATH, which has: {first}"""
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


# ---- what is there and of no use --------------------------------------------

@pytest.mark.parametrize("name, text, goal, package", [
    ("cc", "exit 1", "all", "libc6-dev"),
    ("gdb-multiarch", "exit 0", "gdb", "gdb-multiarch"),
    ("parallel", "exit 1", "course", "parallel"),
    ("riscv64-elf-gcc", OLD_GCC, "all", "gcc-riscv64-linux-gnu"),
    ("qemu-system-riscv64", QEMU.replace("9.2", "5.2"), "run",
     "qemu-system-riscv"),
    ("clang", "exit 1", "lint", "clang")])
def test_useless(computer, name, text, goal, package):
    """set-up: a {name} that cannot do what is needed is none"""
    computer.add(name, text)
    assert computer.probe(goal).startswith("error ")
    assert computer.setup(goal)[0] == 0
    assert package in computer.installed()
    assert computer.probe(goal).startswith("ok ")


def test_old_gcc(computer):
    """set-up: where gcc is too old, clang is taken"""
    computer.add("../brings/gcc-riscv64-linux-gnu/riscv64-linux-gnu-gcc",
                 OLD_GCC)
    status, text = computer.setup("qemu")
    assert status == 0, text
    assert computer.probe("qemu").startswith("ok PREFIX= LLVM=1 ")
    (computer.bin / "clang").unlink()
    assert "gcc 10" in computer.probe("qemu") \
        and "LLVM=1" in computer.probe("qemu")


# ---- what the user names ----------------------------------------------------

@pytest.mark.parametrize("name, value, words", [
    ("HOSTCC", "nosuch", "no such program"),
    ("HOSTCC", "false", "does not build"),
    ("QEMU", "nosuch", "no such program"),
    ("QEMU", "true", "no machine called virt"),
    ("GDB", "nosuch", "no such program"), ("GDB", "true", "no Python"),
    ("PYTHON", "nosuch", "no such program"), ("PYTHON", "false", "not Python"),
    ("PYTHON", "bare", "does not have pexpect, xdist"),
    ("PYTHON", "/my tools/python3", "with a space"),
    ("TOOLPREFIX", "nosuch-", "no nosuch-gcc"),
    ("TOOLPREFIX", "my' tools-", "with a space")])
def test_named(ready, name, value, words):
    """set-up: one sentence about {name}={value}, and nothing is installed"""
    ready.install("gdb-multiarch")
    ready.add("true")
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


# ---- what cannot be installed -----------------------------------------------

def test_unknown_package(computer):
    """set-up: says what cannot be had, and why; the others are installed"""
    computer.write("unknown", "python3-pexpect\nbubblewrap\n")
    status, text = computer.setup("grade")
    assert status == 1
    assert computer.installed() == GRADE - {"python3-pexpect", "bubblewrap"}
    assert "setup: missing: pexpect for Python: could not install " \
        "python3-pexpect\n" in text, text
    assert "\n  E: Unable to locate package python3-pexpect\n" in text
    assert text.count("could not install") == 2     # not what is there


def test_not_needed(computer):
    """set-up: goes on without bubblewrap where there is no such package"""
    computer.write("unknown", "bubblewrap\n")
    status, text = computer.setup("grade")
    assert status == 0 and "without bubblewrap, which is not needed" in text
    assert computer.probe("grade").startswith("ok ")


@pytest.mark.parametrize("unknown, package", [
    ("", "qemu-system-riscv"), ("qemu-system-riscv\n", "qemu-system-misc")])
def test_choice(computer, unknown, package):
    """set-up: installs, and names, the one package that there is: {package}"""
    computer.write("unknown", unknown)
    text = computer.setup("qemu")[1]
    assert package in computer.installed()
    assert f" {package}\n" in text.replace(" python3", "")
    assert "/" not in text


def test_root_is_asked(ready):
    """set-up: uses sudo when it is not run by root, and only then"""
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
        "parallel\n")


def test_sudo_refuses(ready):
    """set-up: says why sudo failed"""
    ready.add("id", "echo 1000")
    ready.add("sudo", "echo you are not in the sudoers file >&2; exit 1")
    status, text = ready.setup("course")
    assert status == 1 and "\n  you are not in the sudoers file\n" in text


def test_offline(computer):
    """set-up: says what apt-get said when there is no network"""
    computer.add("apt-get", "echo E: Could not resolve host >&2; exit 100")
    status, text = computer.setup("all")
    assert status == 1 and "\n  E: Could not resolve host\n" in text


def test_no_manager(computer):
    """set-up: says what is missing where there is no package manager"""
    (computer.bin / "apt-get").unlink()
    status, text = computer.setup("all")
    assert status == 1 and "missing: make: no package manager found" in text


def test_no_place(ready):
    """set-up: one sentence when build/ cannot be written"""
    (ready.project / "build").touch()
    assert ready.probe("all") == f"error cannot write to {ready.project}/build"
    assert ready.probe("help").startswith("ok ")


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
    assert {word[1:] for word in words if word[0] == "@"} <= set(all_goals())
