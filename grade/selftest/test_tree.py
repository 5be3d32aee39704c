"""grade/selftest/test_tree.py: which files of a stranger's tree are taken."""

import gzip
import io
import os
import random
import tarfile
import zipfile
from contextlib import closing

import pytest

from grade.course import handin, stranger
from grade.course.intake import archives, tree
from grade.machine.guest import GuestFailed
from grade.machine.host import text
from grade.machine.host.build import ROOT, BuildError, UserError

pytestmark = pytest.mark.xdist_group("trees")


@pytest.fixture
def there(tmp_path):
    """A stranger's tree."""
    (tmp_path / "tree" / "kernel" / "lib").mkdir(parents=True)
    good = tmp_path / "tree" / "kernel" / "lib" / "good.c"
    good.write_text("int x;\n", "utf-8")
    return tmp_path / "tree"


# ---- folders ----------------------------------------------------------------

@pytest.mark.parametrize("name", [
    "a b.c", "a\nb.c", "a'\"b.c", "$(touch x).c", "`touch x`.S", "-o.c",
    ".hidden.c", "caf\u00e9.h", "x.sh", "Makefile", ".gitattributes",
    "%.c", "a:b.c", "a" * 80 + ".c"])
def test_names(there, name):
    """trees: a file with such a name is not taken: {name!r}"""
    (there / "kernel" / "lib" / name).write_text("int y;\n", "utf-8")
    taken = tree.read_tree(there)
    assert list(taken.taken) == ["kernel/lib/good.c"]
    line, = taken.refused_lines()
    assert line.isprintable()


def test_kinds(there):
    """trees: links, pipes and large files are not taken"""
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
    """trees: kernel/abi and all files outside of kernel/ are the grader's"""
    for name in "kernel/abi/fs.h", "user/bin/cat.c", "Makefile":
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_text("hostile\n", "utf-8")
    tree.make_scratch(tree.read_tree(there), tmp_path / "copy")
    for name in "kernel/abi/fs.h", "user/bin/cat.c", "Makefile":
        assert (tmp_path / "copy" / name).read_bytes() \
            == (ROOT / name).read_bytes()
    assert [str(p.relative_to(tmp_path / "copy"))
            for p in (tmp_path / "copy" / "kernel").rglob("*.c")] \
        == ["kernel/lib/good.c"]


def test_scratch(there, tmp_path):
    """trees: a copy to grade in has what grading needs, and nothing else"""
    copy = tmp_path / "copy"
    tree.make_scratch(tree.read_tree(there), copy)
    assert {path.name for path in copy.iterdir()} == {
        "Makefile", "grade", "kernel", "user"}
    assert {path.name for path in (copy / "grade").iterdir()
            if not path.suffix} == {"course", "kernel", "labs", "machine",
                                    "score", "tools"}
    assert {path.name for path in (copy / "grade/tools").iterdir()
            if path.is_dir()} == {"make", "setup"}
    assert {path.stem for path in copy.rglob("test_*.py")} == {
        "test_boot", "test_build", "test_cost", "test_duels", "test_mapped",
        "test_model", "test_outside", "test_promised", "test_seeds",
        "test_suites"}
    assert not list(copy.rglob("*.patch"))


@pytest.mark.parametrize("what", ["many", "large"])
def test_too_much(there, what):
    """trees: a tree that is too large is refused: {what}"""
    for n in range(tree.FILES_MAX + 1 if what == "many" else 9):
        with open(there / "kernel" / f"f{n}.c", "wb") as file:
            file.truncate(1 if what == "many" else tree.FILE_MAX)
    with pytest.raises(UserError, match="more than"):
        tree.read_tree(there)


def test_text():
    """trees: printed names move no cursor and end no line"""
    evil = "a\x1b[2J\0\r\udcff\x9b\u202eb\u2028"
    assert text.printable(evil).isprintable()
    assert text.shown(evil + "\n").isprintable()
    assert str(GuestFailed(evil)).isprintable()
    plain = "M\u00fcller \u674e \u0639\u200c \u3000\U0001f600"
    assert text.shown(plain) == text.printable(plain) == plain


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
    """trees: no file of an archive is written outside of kernel/"""
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


@pytest.mark.parametrize("names", [
    ("kernel/a.c", "kernel/a.c/b/c.c"), ("kernel/a.c/b/c.c", "kernel/a.c")],
    ids=["file first", "folder first"])
def test_file_and_folder(tmp_path, names):
    """trees: a name cannot be both a file and a folder: {names[0]}"""
    taken = tree.read_tree(tar_of(tmp_path / "in.tar.gz", *(
        (name, tarfile.REGTYPE, b"int x;\n") for name in names)))
    assert list(taken.taken) == [names[0]]
    assert list(taken.refused) == [names[1]]


def test_zip(tmp_path):
    """trees: no file of a zip is written outside of kernel/"""
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


@pytest.mark.parametrize("kind", ["", ":gz"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_cut_short(tmp_path, kind, share):
    """trees: a truncated archive is not taken for a complete one: {kind}
    {share}"""
    path = tmp_path / "in.tar"
    with tarfile.open(path, f"w{kind}") as archive:
        for number in range(10):
            info = tarfile.TarInfo(f"kernel/{number}.c")
            info.size = 512
            archive.addfile(info, io.BytesIO(random.Random(number).randbytes(
                info.size)))
        ends = archive.offset
    size = path.stat().st_size if kind else ends
    block = int(size * share) // 1024 * 1024
    for cut in (block, block + 300, block + 512):
        part = tmp_path / "part.tar"
        part.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(UserError, match="sound archive"):
            tree.read_tree(part)


@pytest.mark.parametrize("place", ["header", "sum"])
def test_damaged_tar(tmp_path, place):
    """trees: a damaged tar is refused: {place}"""
    path = tar_of(tmp_path / "in.tar.gz", *(
        (f"kernel/{name}.c", tarfile.REGTYPE, b"int x;\n") for name in "ab"))
    data = bytearray(path.read_bytes())
    if place == "header":
        data = bytearray(gzip.decompress(data))
        data[2 * tarfile.BLOCKSIZE] ^= 1
    else:
        data[-8] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="sound archive"):
        tree.read_tree(path)


def test_after_the_end(tmp_path):
    """trees: bytes after the end of an archive do not matter"""
    path = tar_of(tmp_path / "in.tar.gz",
                  ("kernel/a.c", tarfile.REGTYPE, b"int x;\n"))
    path.write_bytes(path.read_bytes() + b"more")
    assert list(tree.read_tree(path).taken) == ["kernel/a.c"]


def test_untrue_size(tmp_path):
    """trees: a tar that claims to exceed any disk is refused at once"""
    info = tarfile.TarInfo("kernel/a.c")
    info.size = 1 << 60
    path = tmp_path / "in.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(UserError, match="unpacks to more"):
        tree.read_tree(path)


@pytest.mark.parametrize("time", ["inf", "nan", "-1e30"])
def test_no_such_time(tmp_path, time):
    """trees: an impossible time counts as unknown: {time}"""
    info = tarfile.TarInfo("kernel/a.c")
    info.pax_headers = {"mtime": time}
    with tarfile.open(tmp_path / "in.tar", "w",
                      format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info)
    with closing(archives.open_archive(tmp_path / "in.tar")) as archive:
        assert [member.time for member in archive.members] == [0]


def test_compression(tmp_path):
    """trees: a zip with a rare compression is refused, and told why"""
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_LZMA) as zipped:
        zipped.writestr("kernel/a.c", "int a;\n")
    with pytest.raises(UserError, match="its compression is not deflate"):
        tree.read_tree(tmp_path / "in.zip")


def test_names_lead_out(tmp_path):
    """trees: an archive with only bad paths is not called empty"""
    for name in "/home/ann/kernel/a.c", "../kernel/a.c":
        path = tar_of(tmp_path / "in.tar.gz", (
            name, tarfile.REGTYPE, b"int a;\n"))
        with pytest.raises(UserError, match="lead out of the archive"):
            tree.read_tree(path)


def test_bomb(tmp_path):
    """trees: an archive that grows without end is refused"""
    path = tar_of(tmp_path / "bomb.tar.gz", (
        "other", tarfile.REGTYPE, bytes(archives.SCANNED_MAX + 1)))
    with pytest.raises(UserError, match="unpacks to more"):
        tree.read_tree(path)


def test_unread(tmp_path, monkeypatch):
    """trees: files of a zip that are not needed are not unpacked"""
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED,
                         compresslevel=1) as archive:
        for name in ("build/disk.img", "kernel/abi/a.h", "kernel/a.o",
                     "kernel/abi/fs.h", "kernel/__MACOSX/a.c"):
            archive.writestr(name, bytes(1 << 20))
        archive.writestr("kernel/a.c", b"int a;\n")
    read = []
    plain = zipfile.ZipFile.open

    def spy(archive, member, *args):
        read.append(member.filename)
        return plain(archive, member, *args)

    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    assert list(tree.read_tree(tmp_path / "in.zip").taken) == ["kernel/a.c"]
    assert read == ["kernel/a.c"]


def test_many_members(tmp_path, monkeypatch):
    """trees: a zip with an endless list of files is refused unread"""
    monkeypatch.setattr(archives, "LIST_MAX", 100)
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for n in range(9):
            archive.writestr(f"kernel/{n}.c", "")
    with pytest.raises(UserError, match="more than .* files"):
        tree.read_tree(tmp_path / "in.zip")


# ---- hand-ins ---------------------------------------------------------------

def test_whole_tree():
    """trees: the whole kernel is taken from a repository"""
    taken = tree.read_tree(ROOT)
    assert set(taken.taken) == {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "kernel").rglob("*")
        if path.suffix in tree.SUFFIXES
        and not path.is_relative_to(ROOT / tree.OURS)}
    assert not taken.refused


@pytest.mark.parametrize("what", ["archive", "kernel alone"])
def test_handed_in(tmp_path, what):
    """trees: a hand-in gives the same files as the whole tree: {what}"""
    whole = tree.read_tree(ROOT).taken
    if what == "archive":
        path = tmp_path / "hand" / "in.tar.gz"
        handin.pack(whole, path)
    else:
        path = tmp_path / "hand"
        for name, data in whole.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
    assert tree.read_tree(path).taken == whole


def test_our_fault(there, tmp_path, monkeypatch):
    """trees: nobody loses points if the grader's own programs do not build"""

    def fail(root):
        raise BuildError("cc: no such compiler\nmake: failed")

    monkeypatch.setattr(stranger, "build_programs", fail)
    with pytest.raises(UserError, match="own programs .* make: failed"):
        stranger.grade_tree(there, tmp_path / "out")
