"""grade/test_hostile.py: trees that mean ill get no points and do no harm.

What needs no kernel built is tried in each `make grade`, the kernels of
grade/hostile by `make grade TESTS=hostile` only: each is a whole run.
"""

import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

from grade import foreign, text, tree
from grade.config import ROOT, UserError
from grade.guest import GuestFailed
from grade.hostile import AT_BUILD, AT_RUN, lay_out
from grade.limits import factor, limit

# A hostile kernel's own limit for each wait, on an idle machine.
SECONDS = 8
RUN_SECONDS = 400
LINE = re.compile(r"^([^ ].*?) \.+ ([\d.]+)/[\d.]+$", re.MULTILINE)


def group(name):
    return pytest.mark.xdist_group(f"hostile-{name}")


pytestmark = group("trees")


@pytest.fixture
def there(tmp_path):
    """A stranger's tree, beside a folder that nobody is to touch."""
    (tmp_path / "canary").mkdir()
    (tmp_path / "canary" / "secret.h").write_text("int canary_says = 4711;\n")
    (tmp_path / "tree" / "kernel" / "lib").mkdir(parents=True)
    (tmp_path / "tree" / "kernel" / "lib" / "good.c").write_text("int x;\n")
    return tmp_path / "tree"


def listing(folder):
    """All that can be seen of what is in it."""
    return {str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns,
                        path.lstat().st_size)
            for path in sorted(folder.rglob("*"))
            if not {"build", "__pycache__", ".git"} & set(path.parts)}


# ---- what is taken ----------------------------------------------------------

@pytest.mark.parametrize("name", [
    "a b.c", "a\nb.c", "a'\"b.c", "$(touch x).c", "`touch x`.S", "-o.c",
    ".hidden.c", "caf\u00e9.h", "x.sh", "Makefile", ".gitattributes",
    "%.c", "a:b.c", "a" * 80 + ".c"])
def test_names(there, name):
    """hostile: a file with such a name is not taken: {name!r}"""
    (there / "kernel" / "lib" / name).write_text("int y;\n")
    taken = tree.read_tree(there)
    assert list(taken.taken) == ["kernel/lib/good.c"]
    line, = taken.refused_lines()
    assert line.isascii() and line.isprintable()


def test_kinds(there):
    """hostile: links, pipes and large files are not taken"""
    lib = there / "kernel" / "lib"
    (lib / "out.h").symlink_to("/etc/hostname")
    (lib / "in.h").symlink_to("good.c")
    (there / "kernel" / "all").symlink_to("/etc")
    os.mkfifo(lib / "pipe.c")
    with open(lib / "large.c", "wb") as file:
        file.truncate(tree.FILE_MAX + 1)
    taken = tree.read_tree(there)
    assert list(taken.taken) == ["kernel/lib/good.c"]
    assert set(taken.refused) == {
        "kernel/lib/out.h", "kernel/lib/in.h", "kernel/all",
        "kernel/lib/pipe.c", "kernel/lib/large.c"}


def test_abi_is_ours(there, tmp_path):
    """hostile: kernel/abi and all outside kernel/ stay the grader's own"""
    for name in "kernel/abi/fs.h", "user/bin/cat.c", "Makefile":
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_text("hostile\n")
    tree.make_scratch(tree.read_tree(there), tmp_path / "copy")
    for name in "kernel/abi/fs.h", "user/bin/cat.c", "Makefile":
        assert (tmp_path / "copy" / name).read_bytes() \
            == (ROOT / name).read_bytes()
    assert [str(p.relative_to(tmp_path / "copy"))
            for p in (tmp_path / "copy" / "kernel").rglob("*.c")] \
        == ["kernel/lib/good.c"]


@pytest.mark.parametrize("what", ["many", "large"])
def test_too_much(there, what):
    """hostile: a tree without bound is refused: {what}"""
    for n in range(tree.FILES_MAX + 1 if what == "many" else 9):
        with open(there / "kernel" / f"f{n}.c", "wb") as file:
            file.truncate(1 if what == "many" else tree.FILE_MAX)
    with pytest.raises(UserError, match="more than"):
        tree.read_tree(there)


def test_text():
    """hostile: what is shown moves no cursor and ends no line"""
    evil = "a\x1b[2J\0\r\udcff\x9b\u202eb"
    assert text.printable(evil).isprintable()
    assert text.shown(evil + "\n").isprintable()
    assert str(GuestFailed(evil)).isprintable()


# ---- archives ---------------------------------------------------------------

def tar_of(path, *members):
    """Members are (name, type, contents)."""
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, data in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(data)
            info.linkname = "/etc/hostname"
            archive.addfile(info, io.BytesIO(data))
    return path


def test_tar(tmp_path):
    """hostile: nothing of an archive leads out of kernel/"""
    taken = tree.read_tree(tar_of(
        tmp_path / "in.tar.gz",
        ("hand/kernel/a.c", tarfile.REGTYPE, b"int a;\n"),
        ("hand/kernel/../../b.c", tarfile.REGTYPE, b"int b;\n"),
        ("/kernel/c.c", tarfile.REGTYPE, b"int c;\n"),
        ("../kernel/d.c", tarfile.REGTYPE, b"int d;\n"),
        ("hand/kernel/e.c", tarfile.SYMTYPE, b""),
        ("hand/kernel/f.c", tarfile.LNKTYPE, b""),
        ("hand/kernel/g.c", tarfile.CHRTYPE, b""),
        ("hand/kernel/a.c", tarfile.REGTYPE, b"int twice;\n")))
    assert taken.taken == {"kernel/a.c": b"int a;\n"}


def test_zip(tmp_path):
    """hostile: nothing of a zip leads out of kernel/"""
    link = zipfile.ZipInfo("kernel/link.c")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("kernel/a.c", "int a;\n")
        archive.writestr("kernel/../../b.c", "int b;\n")
        archive.writestr(link, "/etc/hostname")
        archive.writestr("kernel/bomb.c", bytes(64 << 20),
                         zipfile.ZIP_DEFLATED)
        archive.writestr("kernel/slow.c", "x", zipfile.ZIP_BZIP2)
    taken = tree.read_tree(tmp_path / "in.zip")
    assert taken.taken == {"kernel/a.c": b"int a;\n"}


def test_bomb(tmp_path):
    """hostile: an archive that grows without end is refused"""
    path = tar_of(tmp_path / "bomb.tar.gz", (
        "other", tarfile.REGTYPE, bytes(tree.UNPACKED_MAX + 1)))
    with pytest.raises(UserError, match="unpacks to more"):
        tree.read_tree(path)


# ---- whole runs -------------------------------------------------------------

def grade(path, out, **settings):
    """`make grade TREE=path` in a process of its own."""
    env = {**os.environ, "TREE": str(path), "TESTS": "build",
           "CALF_GRADE_OUT": str(out), **settings}
    for name in foreign.STRANGER, "PYTEST_XDIST_WORKER", "CALF_WALLS":
        env.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "grade"], cwd=ROOT, env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=RUN_SECONDS * factor(),
        encoding="utf-8", errors="surrogateescape")


@pytest.mark.parametrize("what", ["missing", "empty", "file", "no kernel"])
def test_no_tree(tmp_path, what):
    """hostile: TREE that is none gets one line and status 2: {what}"""
    path = tmp_path / "it"
    if what == "file":
        path.write_bytes(b"\x1f\x8b no archive \x1b[2J")
    elif what != "missing":
        path.mkdir()
        (path / ("user" if what == "no kernel" else "kernel")).mkdir()
    before = listing(tmp_path), listing(ROOT)
    done = grade(path, tmp_path / "out")
    assert done.returncode == 2 and len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("grade: TREE=")
    assert (listing(tmp_path), listing(ROOT)) == before


def run_hostile(hostile, tmp_path):
    """Grade it; returns the output, when nothing outside has changed."""
    canary, theirs = tmp_path / "canary", tmp_path / "tree"
    canary.mkdir(exist_ok=True)
    theirs.mkdir(exist_ok=True)
    lay_out(hostile, theirs)
    before = listing(canary), listing(theirs), listing(ROOT)
    done = grade(theirs, tmp_path / "out",
                 TIMEOUT=f"{limit(SECONDS):g}")
    assert (listing(canary), listing(theirs), listing(ROOT)) == before
    assert "Traceback" not in done.stdout and "INTERNAL" not in done.stdout
    assert text.printable(done.stdout) == done.stdout
    return done


def passed(output):
    return {title for title, got in LINE.findall(output) if float(got) > 0}


if "hostile" in os.environ.get("TESTS", ""):
    @pytest.mark.parametrize("hostile", [
        pytest.param(h, id=h.name, marks=group(h.name))
        for h in AT_BUILD + AT_RUN])
    def test_kernel(hostile, tmp_path):
        """hostile kernel: {hostile.name}"""
        done = run_hostile(hostile, tmp_path)
        assert done.returncode == 1
        assert passed(done.stdout) == hostile.passes, done.stdout
        assert hostile.says in done.stdout, done.stdout
