"""grade/selftest/test_sandbox.py: a build in the sandbox ends, and reaches
nothing outside. Without a sandbox, a message says so."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grade.machine.host import sandbox
from grade.machine.host.build import ROOT
from grade.score import results
from grade.score.session import STRANGER

pytestmark = pytest.mark.xdist_group("sandbox")


@pytest.fixture
def no_bwrap(tmp_path, monkeypatch):
    """A bubblewrap that cannot make namespaces, as in a container."""
    fake = tmp_path / "path" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")


@pytest.fixture(params=["limits", "bubblewrap"])
def run(request, tmp_path, monkeypatch):
    """Runs a line of shell as the build of a stranger's tree. Returns the
    status and the output."""
    words = ["stranger"]
    if request.param == "bubblewrap" and sandbox.has_bwrap():
        words.append("bwrap")
    monkeypatch.setenv(sandbox.VARIABLE, " ".join(words))
    (tmp_path / "tree").mkdir()

    def go(line):
        return sandbox.run_fenced(["sh", "-c", line], dict(os.environ),
                                  tmp_path / "tree")
    return go


def test_time(run, monkeypatch):
    """sandbox: an endless build is killed with all that it has started"""
    monkeypatch.setenv("TIMEOUT", "1")
    status, text = run("sleep 3600 & echo begun; wait")
    assert status != 0
    assert "begun" in text and "took more than 1 s" in text


def test_output(run):
    """sandbox: a build that prints without end is killed"""
    status, text = run("yes")
    assert status != 0 and text.endswith("\nthe build printed more than "
                                         "1 MiB\n")


def test_size_of_file(run, tmp_path):
    """sandbox: the size of a file that a build writes is limited"""
    status, _ = run("head -c 100000000 /dev/zero >build/large")
    assert status != 0
    assert (tmp_path / "tree" / "build" / "large").stat().st_size \
        <= sandbox.BUILD_LIMITS["fsize"]


def test_size_of_all(run, monkeypatch):
    """sandbox: a build that writes many files is killed"""
    monkeypatch.setattr(sandbox, "BUILD_FOLDER_MAX", sandbox.MIB)
    status, text = run("for n in 1 2 3; do head -c 900000 /dev/zero "
                       ">build/$n; done; sleep 3600")
    assert status != 0 and "wrote more than 1 MiB" in text


def test_memory(run):
    """sandbox: the memory of a build is limited"""
    status, text = run(f"{sys.executable} -c "
                       f"'bytearray({sandbox.BUILD_LIMITS['as']})'")
    assert status != 0 and "MemoryError" in text


def test_environment(run, monkeypatch):
    """sandbox: a build sees nothing of the grader's environment"""
    monkeypatch.setenv("A_TOKEN", "canary")
    status, text = run("env")
    assert status == 0 and "PATH=" in text and "canary" not in text


def test_files(tmp_path, monkeypatch):
    """sandbox: a build cannot read the host's files, and writes only build/"""
    monkeypatch.setenv(sandbox.VARIABLE, "")
    assert sandbox.raise_walls(True, "1") == sandbox.has_bwrap()
    if not sandbox.has_bwrap():
        return
    (tmp_path / "tree").mkdir()
    (tmp_path / "secret").write_text("4711", "utf-8")
    _, text = sandbox.run_fenced(
        ["sh", "-c", f"cat {tmp_path}/secret; ls {ROOT} /root; "
         f"for place in . .. {ROOT} /usr; do echo x >$place/written; done; "
         "echo x >build/mine"],
        dict(os.environ), tmp_path / "tree")
    assert "4711" not in text and "Makefile" not in text
    # The folders above the tree exist only in the sandbox.
    assert {p.name for p in tmp_path.rglob("*")} \
        == {"tree", "build", "mine", "secret"}
    assert not [p for p in (ROOT, Path("/usr")) if (p / "written").exists()]


def test_network(tmp_path, monkeypatch):
    """sandbox: a build has no network and sees no process outside"""
    monkeypatch.setenv(sandbox.VARIABLE, "stranger bwrap")
    if not sandbox.has_bwrap():
        assert not sandbox.raise_walls(True, "")
        return
    _, text = sandbox.run_fenced(
        ["sh", "-c", "cat /proc/net/dev; ls -d /proc/[0-9]*"],
        dict(os.environ), tmp_path)
    assert [line.split()[0] for line in text.splitlines() if ":" in line] \
        == ["lo:"]
    assert f"/proc/{os.getpid()}\n" not in text


def tools_in(folder, target):
    """A cross compiler of another name in folder/bin. Each of its programs
    calls the one that `target` names."""
    (folder / "bin").mkdir(parents=True)
    for tool in sandbox.CROSS:
        path = folder / "bin" / f"calf-test-elf-{tool}"
        path.write_text(f"#!/bin/sh\nexec {target(tool)} \"$@\"\n", "utf-8")
        path.chmod(0o755)


@pytest.fixture
def fenced(monkeypatch):
    """The sandbox as `make grade TREE=` sets it up."""
    if not sandbox.has_bwrap():
        pytest.skip(sandbox.NO_SANDBOX)
    monkeypatch.setenv(sandbox.VARIABLE, "stranger bwrap")
    monkeypatch.setenv(sandbox.BOUND, "")
    monkeypatch.delenv("LLVM", raising=False)
    monkeypatch.setenv("TOOLPREFIX", "calf-test-elf-")


@pytest.fixture
def prefix(monkeypatch):
    """The prefix of this machine's cross compiler."""
    with monkeypatch.context() as usual:
        usual.delenv("TOOLPREFIX", raising=False)
        return re.search("PREFIX=(.*?) ", sandbox.ask(ROOT, []))[1]


@pytest.fixture
def project(tmp_path, prefix):
    """A copy of this project. make takes the programs in it for built by the
    compiler of tools_in(), so that it does not build them again."""
    made = tmp_path / "project" / "build"
    shutil.copytree(ROOT, made.parent, symlinks=True,
                    ignore=shutil.ignore_patterns(".*", "build"))
    made.mkdir()
    for path in (ROOT / "build").iterdir():
        if path.name in ("user", "bin", "host", "llvm"):
            shutil.copytree(path, made / path.name)
        elif path.is_file() and path.suffix != ".img":
            shutil.copy2(path, made)
    for path in made.rglob("user.*"):
        built = path.stat()
        path.write_text(path.read_text("utf-8").replace(
            prefix, "calf-test-elf-"), "utf-8")
        os.utime(path, ns=(built.st_atime_ns, built.st_mtime_ns))
    return made.parent


def test_tools_elsewhere(prefix, fenced, project, tmp_path, monkeypatch):
    """sandbox: tools in a private folder are visible, read-only"""
    tools_in(tmp_path / "tools", lambda tool: prefix + tool)
    monkeypatch.setenv("PATH", f"{tmp_path}/tools/bin:{os.environ['PATH']}")
    assert not sandbox.is_ok(sandbox.ask_in_sandbox(ROOT))
    assert sandbox.see_tools(ROOT) is None
    assert f"{tmp_path}/tools/bin" in sandbox.bound()
    done = grade_broken(tmp_path, project)
    assert done.returncode == 1
    assert "error: expected expression" in done.stdout


def test_tools_unseen(prefix, fenced, project, tmp_path, monkeypatch):
    """sandbox: invisible tools are the teacher's problem: status 2, and no
    points for anybody"""
    out = tmp_path / "report.json"
    hidden = tmp_path / "hidden"
    tools_in(hidden, lambda tool: prefix + tool)
    tools_in(tmp_path / "tools",
             lambda tool: hidden / "bin" / f"calf-test-elf-{tool}")
    monkeypatch.setenv("PATH", f"{tmp_path}/tools/bin:{os.environ['PATH']}")
    done = grade_broken(tmp_path, project, REPORT="gradescope", OUT=str(out))
    assert done.returncode == 2
    assert "the sandbox does not see all tools" in done.stderr
    assert "SANDBOX=0" in done.stderr
    found = results.read(tmp_path / "out" / "results.json")
    assert found["fault"] == "grader" and "tools" in found["error"]
    assert not out.exists()


def test_private_folders(monkeypatch, tmp_path):
    """sandbox: a tool in a home directory does not make it visible"""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "lib").mkdir(parents=True)
    found = sandbox.folders_of(
        [tmp_path / "home" / "gcc", tmp_path / "home" / "bin" / "ld",
         Path("/usr/bin/cc")], sandbox.BESIDE)
    assert set(found) == {str(tmp_path / "home" / name)
                          for name in ("gcc", "bin", "lib")}


# ---- without a sandbox ------------------------------------------------------

def grade_broken(tmp_path, project=ROOT, **settings):
    """Run the project's `make grade TREE=` on a kernel that does not
    compile."""
    kernel = tmp_path / "tree" / "kernel"
    (kernel / "boot").mkdir(parents=True)
    (kernel / "boot" / "kernel.ld").touch()
    (kernel / "a.c").write_text("int broken(void) { return }\n", "utf-8")
    env = {k: v for k, v in os.environ.items()
           if k not in (STRANGER, sandbox.VARIABLE, "GROUP", "SANDBOX",
                        "REPORT", "OUT")}
    env.update(settings, TREE=str(tmp_path / "tree"), TESTS="test_builds",
               CALF_GRADE_OUT=str(tmp_path / "out"), WORKERS="1")
    return subprocess.run(
        [sys.executable, "-m", "grade"], cwd=project, env=env,
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")


def test_warning(no_bwrap, tmp_path):
    """sandbox: without one, a line says so and grading goes on"""
    done = grade_broken(tmp_path)
    assert done.returncode == 1
    assert done.stderr \
        == f"grade: no sandbox, only limits: {sandbox.NO_SANDBOX}\n"
    assert "error: expected expression" in done.stdout
    assert done.stdout.splitlines()[-2].startswith("Score: 0/")


def test_demanded(no_bwrap, tmp_path):
    """sandbox: without one, SANDBOX=1 ends with status 2"""
    done = grade_broken(tmp_path, SANDBOX="1")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"grade: SANDBOX=1: {sandbox.NO_SANDBOX}\n"


def test_not_installed(tmp_path, monkeypatch):
    """sandbox: without bubblewrap there is none"""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not sandbox.has_bwrap.__wrapped__()
