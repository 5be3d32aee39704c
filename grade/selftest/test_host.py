"""grade/selftest/test_host.py: differences between host machines: locales,
file names, line endings."""

import ast
import json
import os
import shutil
import subprocess
import sys

import pytest

from grade.machine.host.build import ROOT, UserError, make_command
from grade.machine.host.limits import checks, limit
from grade.score.session import snapshot
from grade.tools.gdb.target import stopped_at
from grade.tools.lint.text_encodings import nameless
from grade.tools.setup.needs import needs

pytestmark = pytest.mark.xdist_group("host")

# The most limited locale: it can encode only ASCII.
ASCII_ONLY = {"LC_ALL": "POSIX", "PYTHONUTF8": "0",
              "PYTHONCOERCECLOCALE": "0"}


def run_module(calf, module, *words, **settings):
    """Run a module of grade/ on the session's build."""
    env = {**os.environ, "TIMEOUT": f"{limit(60):g}", **settings}
    path = calf.folder / "plain" / "config.json"
    return subprocess.run(
        [sys.executable, "-m", module, "--config", str(path), *words],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True)


def test_commands_in_ascii_locale(calf):
    """host: commands reach the guest unchanged in any locale"""
    done = run_module(calf, "grade.machine.run", "run", CMD="echo gr\u00fcn",
                      **ASCII_ONLY)
    assert (done.stdout, done.stderr) == ("gr\u00fcn\n".encode(), b"")


def test_view_in_ascii_locale(calf, tmp_path):
    """host: make view writes UTF-8 in a locale that does not have it"""
    out = tmp_path / "gr\u00fcn.html"
    done = run_module(calf, "grade.tools.view", CMD="echo gr\u00fcn",
                      OUT=str(out), **ASCII_ONLY)
    assert done.returncode == 0, done.stderr
    assert "gr\u00fcn" in out.read_text("utf-8")


@pytest.mark.parametrize("code, found", [
    ("open(p)", True), ("open(p, 'rb')", False),
    ("open(p, encoding='utf-8')", False), ("p.open('a')", True),
    ("os.open(p, flags)", False), ("p.read_text()", True),
    ("p.read_text('utf-8')", False), ("p.write_text(t)", True),
    ("run(c, text=True)", True), ("run(c, stdout=PIPE)", False)])
def test_nameless_encoding(code, found):
    """host: lint finds files opened without a named encoding"""
    assert bool(nameless(ast.parse(code))) == found


# ---- names of files ---------------------------------------------------------

ODD = "it's a \"folder\", $(x) $HOME #1 %d & \u00fc;(-)=\\b"


@pytest.fixture
def project(tmp_path):
    """What make needs, in a folder with an unusual name."""
    folder = tmp_path / ODD
    shutil.copytree(ROOT / "grade/tools", folder / "grade/tools")
    for name in ("kernel", "user", "mkfs"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "Makefile", folder)
    return folder


def git(folder, *words):
    """Run git without the user's settings."""
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull,
           "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=Calf", "-c", "user.email=calf@calf.invalid"]
    subprocess.run(["git", *who, *words], cwd=folder, env=env, check=True)


def make(folder, *words, **settings):
    command, env = make_command(*words)
    return subprocess.run(
        command, cwd=folder, env={**env, **settings}, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="surrogateescape")


def complaint(done):
    """The line with which make ended. make 4.4 and later itself complains
    about a TMPDIR that does not exist."""
    assert done.returncode == 2 and done.stdout == ""
    text, = (line for line in done.stderr.splitlines()
             if not line.startswith("make: "))
    return text.partition("*** ")[2]


@pytest.mark.parametrize("name", ("LANG", "LC_ALL", "LC_MESSAGES"))
def test_english(monkeypatch, name):
    """host: make speaks English to us if {name} asks for German"""
    monkeypatch.setenv(name, "de_DE.UTF-8")
    assert make_command()[1]["LC_ALL"] == "C"


def test_odd_folder(project):
    """host: a folder with any name builds, and editors learn its name"""
    done = make(project, "build/kernel/lib/string.c.o")
    assert done.returncode == 0, done.stderr
    entry = (project / "build/kernel/lib/string.c.json").read_text("utf-8")
    assert json.loads(entry)["directory"] == str(project)


@needs("ccache")
def test_compiled_once(project, tmp_path):
    """host: with ccache, a second tree compiles nothing, and every tree has
    the same objects"""
    cache = {"CCACHE_DIR": str(tmp_path / "cache")}
    objects = []
    for name, ccache in (("plain", ""), ("one", "ccache"), ("two", "ccache")):
        tree = shutil.copytree(project, tmp_path / name)
        made = tree / "build/kernel/lib/string.c.o"
        done = make(tree, made.relative_to(tree), CCACHE=ccache, **cache)
        assert done.returncode == 0, done.stderr
        objects.append(made.read_bytes())
    assert len(set(objects)) == 1
    counts = subprocess.run(["ccache", "--print-stats"], check=True,
                            env={**os.environ, **cache}, capture_output=True,
                            encoding="utf-8").stdout.split()
    assert counts[counts.index("direct_cache_hit") + 1] == "1"
    assert counts[counts.index("cache_miss") + 1] == "1"


def test_folder_with_line_break(project, tmp_path):
    """host: one sentence refuses a folder with a line break in its name"""
    project.rename(tmp_path / "two\nlines")
    assert "line break" in complaint(make(tmp_path / "two\nlines"))


@pytest.mark.parametrize("name", [
    "kernel/mm/uvm copy.c", "user/bin/ls (1).c", "user/bin/a b/main.c",
    "mkfs/mkfs - Copy.c", "kernel/mm/\u00fc.c", "kernel/boot/a$(b).S",
    "kernel/mm/a;b.c", "kernel/mm/a\\b.c"])
def test_odd_source(project, name):
    """host: one sentence names a source file with an odd name"""
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("", "utf-8")
    said = complaint(make(project))
    assert said.startswith(f"{name}: a source file's name")


def test_macos_litter(project):
    """host: the files that macOS adds are not built"""
    for folder in "kernel/mm", "user/bin", "mkfs":
        (project / folder / "._uvm.c").write_bytes(b"\0\5\x16\7")
        (project / folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    done = make(project, "-n")
    assert done.returncode == 0, done.stderr
    assert "._uvm" not in done.stdout


def test_odd_scratch(calf, tmp_path):
    """host: temporary files may be in a folder with any name"""
    odd = tmp_path / ODD
    odd.mkdir()
    where = {"TMPDIR": str(odd), "CMD": "echo hi"}
    done = run_module(calf, "grade.machine.run", "run", **where)
    assert done.stdout == b"hi\n"
    out = odd / "view.json"
    done = run_module(calf, "grade.tools.view", "--json", "--out", out,
                      **where)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text("utf-8"))["steps"]


@pytest.mark.parametrize("name, words", [
    ("a:b", "host and port"), (96 * "x", "too long for a socket")],
    ids=["colon", "long"])
def test_scratch_for_gdb(tmp_path, name, words):
    """host: a folder that cannot hold gdb's socket is refused: {words}"""
    with pytest.raises(UserError, match=words):
        stopped_at(tmp_path / name / "gdb")


def test_no_scratch(project, tmp_path):
    """host: one sentence names a TMPDIR that does not exist"""
    done = make(project, TMPDIR=str(tmp_path / "gone"))
    assert complaint(done).startswith(f"TMPDIR={tmp_path}/gone"
                                      ": no such folder")


def test_odd_session(calf, tmp_path):
    """host: a session may be in a folder with any name"""
    config = snapshot(calf.config(), ROOT, tmp_path / ODD)
    assert str(tmp_path / ODD) in config.items()["/bin/ls"]
    assert calf.config().items().keys() == config.items().keys()


# ---- line ends --------------------------------------------------------------

@needs("git")
def test_clone_of_windows(project, tmp_path):
    """host: a clone has Unix line endings, however git is configured"""
    shutil.copy(ROOT / ".gitattributes", project)
    git(project, "init", "-q", "--template=")
    git(project, "add", "--all")
    git(project, "commit", "-q", "-m", "all")
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", project, "clone")
    for name in "Makefile", "grade/tools/setup/names.sh", "kernel/mm/uvm.c":
        assert (tmp_path / "clone" / name).read_bytes() \
            == (ROOT / name).read_bytes()


def test_windows_line_ends(project):
    """host: one sentence refuses files with Windows line endings"""
    scripts = project.glob("grade/tools/setup/*.sh")
    for path in [project / "Makefile", *scripts]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "Windows line endings (CRLF)" in complaint(make(project))


def test_limits_of_checks():
    """host: a kernel that checks itself gets more time"""
    assert checks({}) == checks({"DEBUG": "0", "AUDIT": ""}) == 1
    assert 1 < checks({"DEBUG": "1"}) < checks({"AUDIT": "1"}) \
        < checks({"DEBUG": "1", "AUDIT": "1"})
