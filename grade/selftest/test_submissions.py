"""grade/selftest/test_submissions.py: submissions are found in any form, and
so are their owners."""

import gzip
import io
import os
import subprocess
import tarfile
import zipfile

import pytest

from grade.course.handin import pack
from grade.course.intake import tree
from grade.course.whole_class import starters, submissions
from grade.machine.host.build import ROOT
from grade.series.patches import read_series
from grade.tools.setup.needs import needs

pytestmark = pytest.mark.xdist_group("submissions")

GOOD = "kernel/lib/good.c"


@pytest.fixture
def course(tmp_path):
    """A folder for submissions."""
    (tmp_path / "in").mkdir()
    return tmp_path


def put(folder, text):
    path = folder / GOOD
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_same_archive(tmp_path):
    """handin: the same files make the same archive, at any time"""
    files = {"kernel/b.c": b"b\n", "kernel/a.c": b"a\n"}
    pack(files, tmp_path / "one")
    pack(dict(sorted(files.items())), tmp_path / "later")
    packed = (tmp_path / "one").read_bytes()
    assert packed == (tmp_path / "later").read_bytes()
    with gzip.open(tmp_path / "one") as stream:
        stream.read()
        assert stream.mtime == 0
    with tarfile.open(tmp_path / "one") as archive:
        assert {entry.mtime for entry in archive} == {0}


# ---- finding them -----------------------------------------------------------

def found(course, *paths):
    (course / "scratch").mkdir()
    return {submissions.without_ending(name) for _, name, read
            in submissions.find(paths, course / "scratch") if read()}


def test_exports(course):
    """batch: finds hand-ins in what course systems export"""
    files = {GOOD: b"int x;\n"}
    pack(files, course / "handin-cow.tar.gz")
    one = (course / "handin-cow.tar.gz").read_bytes()
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        archive.writestr("assignment_7_export/submission_metadata.yml", "x")
        for name in ("submission_1", "submission_2"):
            archive.writestr(
                f"assignment_7_export/{name}/handin-cow.tar.gz", one)
    with zipfile.ZipFile(course / "in" / "carl.zip", "w") as archive:
        archive.writestr(f"calf/{GOOD}", files[GOOD])
    with zipfile.ZipFile(course / "zips.zip", "w") as archive:
        archive.write(course / "in" / "carl.zip", "carl.zip")
        archive.writestr("../../dora.tar.gz", one)
    put(course / "ernie", "int y;\n")
    assert found(course, *(course / name for name in (
        "all.zip", "in", "zips.zip", "ernie"))) == {
        "submission_1", "submission_2", "carl", "dora", "ernie"}
    assert not (course.parent / "dora.tar.gz").exists()


def collect(course, *paths):
    """The submissions, by label."""
    (course / "scratch").mkdir(exist_ok=True)
    collected = submissions.collect(paths, course / "scratch",
                                    course / "out", "")
    labels = {s.student: s for s in collected}
    assert len(labels) == len(collected)
    return labels


def test_bad_export(course):
    """batch: a large, deep or damaged submission harms no other student"""
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        for name in ("ann", "ben", "carl", "dora"):
            archive.writestr(f"export/{name}/calf/{GOOD}", f"int {name};\n")
        archive.writestr("export/ben/calf/kernel/lib/large.c",
                         bytes((64 << 20) + 1), zipfile.ZIP_DEFLATED, 1)
        archive.writestr("export/ben/calf/build/disk.img", "left out")
        archive.writestr(f"export/carl/{'a/' * 1100}a.c", "")
        archive.writestr(f"export/carl/calf/kernel/{'a/' * 1100}a.c", "")
        archive.writestr("export/dora/calf/kernel/lib", "a folder, too")
        archive.writestr("export/ernie/handin.zip", "damaged")
        archive.writestr(f"export/{chr(0x20ac) * 200}.zip", "")
        archive.writestr("export/fay/", "")
    data = (course / "all.zip").read_bytes()
    (course / "all.zip").write_bytes(data.replace(b"damaged", b"DAMAGED", 1))
    rows = collect(course, course / "all.zip")
    assert len(rows) == 7
    notes = {name: row.last.note for name, row in rows.items()}
    assert all(rows[name].last.key for name in ("ann", "ben", "carl", "dora"))
    assert notes["ann"] == ""
    assert notes["ben"] == "1 file not taken, such as kernel/lib/large.c: " \
        "67108865 bytes; at most 1048576 are"
    assert tree.TOO_DEEP in notes["carl"]
    assert all(len(note) < 250 for note in notes.values())
    assert "damaged" in rows["ernie"].last.problem
    assert rows["fay"].last.problem.endswith("it is empty")
    assert not any(path.stat().st_size
                   for path in (course / "scratch").iterdir())


FORMS = ["hw.zip", "hw.tar", "hw.tgz", "hw.tar.bz2", "hw.tar.xz"]


def archive_of_one(path, files):
    """An archive with those files, of any kind."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return
    kind = {".tgz": "gz", ".bz2": "bz2", ".xz": "xz"}.get(path.suffix, "")
    with tarfile.open(path, f"w:{kind}") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("outer", [
    "", "Homework 3/", "./\u00dcbung 1/b/c (2)/calf-main/", "build/",
    "kernel/", "kernel/kernel/"])
def test_forms(course, form, outer):
    """batch: accepts a {form} with the folders {outer!r} around kernel/"""
    archive_of_one(course / "in" / form, {
        f"{outer}kernel/lib/good.c": b"int x;\n",
        f"{outer}build/old/kernel/lib/good.o": b"x" * 100,
        f"{outer}kernel/lib/._good.c": b"litter", "__MACOSX/._x": b"litter",
        f"__MACOSX/{outer}kernel/lib/._good.c": b"litter"})
    row = collect(course, course / "in")["hw"]
    assert row.last.key and row.last.note == ""


def test_windows_zip(course):
    """batch: accepts a zip with backslashes"""
    with zipfile.ZipFile(course / "in" / "hw.zip", "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename, entry.create_system = r"hw 3\calf\kernel\lib\a.c", 0
        archive.writestr(entry, b"int x;\n")
    row = collect(course, course / "in")["hw"]
    assert row.last.key and row.last.note == ""


def test_nothing_in_it(course):
    """batch: if there is no kernel/, says what was found instead"""
    archive_of_one(course / "in" / "a.zip", {"src/x.c": b"", "README": b""})
    archive_of_one(course / "in" / "b.tar", {})
    archive_of_one(course / "in" / "c.zip", {})
    (course / "in" / "d" / "notes").mkdir(parents=True)
    (course / "in" / "d" / "notes" / "todo.txt").touch()
    problems = {name: row.last.problem
                for name, row in collect(course, course / "in").items()}
    assert problems["a"].endswith("it has README, src/")
    assert problems["b"].endswith("it is empty")
    assert problems["c"].endswith("it is empty")
    assert problems["d"].endswith("it has notes/")


def test_damaged_inside(course):
    """batch: a damaged archive inside of a hand-in is named"""
    archive_of_one(course / "in" / "a.zip", {"hw 3/mine.zip": b"PK and so on"})
    (course / "in" / "b" / "hw 3").mkdir(parents=True)
    (course / "in" / "b" / "hw 3" / "mine.zip").write_bytes(b"PK and so on")
    rows = collect(course, course / "in")
    for name in "a", "b":
        assert rows[name].last.problem.startswith(
            "hw 3/mine.zip: neither a folder nor a sound archive")


@pytest.mark.parametrize("top, taken", [
    ("kernel/", "kernel/lib/good.c"), ("", "kernel/kernel/mine.c")])
def test_folder_called_kernel(course, top, taken):
    """batch: a project in a folder that is called kernel, too: {taken}"""
    archive_of_one(course / "hw.zip", {
        f"{top}kernel/lib/good.c": b"", "kernel/user/lib/cat.c": b"",
        "kernel/kernel/mine.c": b""})
    found = tree.read_tree(course / "hw.zip").taken
    assert taken in found and ("kernel/user/lib/cat.c" in found) == (not top)


def test_whole_repository(course):
    """batch: only permitted files count against the limits"""
    put(course / "in" / "ann", "int x;\n")
    big = course / "in" / "ann" / "build" / "disk.img"
    big.parent.mkdir()
    with open(big, "wb") as file:
        file.truncate(100 << 20)
    with tarfile.open(course / "in" / "ben.tar.gz", "w:gz",
                      compresslevel=1) as archive:
        archive.add(course / "in" / "ann", "calf")
    rows = collect(course, course / "in")
    assert rows["ann"].last.key == rows["ben"].last.key != ""


def test_newest(course):
    """batch: of a student's two archives the newer one counts, and a note says
    so"""
    ann = course / "in" / "ann"
    ann.mkdir()
    for number, name in enumerate(("hw-2.tar.gz", "hw-10.tgz"), 1):
        pack({GOOD: b"int %d;\n" % number}, ann / name)
        os.utime(ann / name, (number * 1e9, number * 1e9))
    pack({GOOD: b"int 2;\n"}, course / "in" / "ben.tar.gz")
    pack({GOOD: b"int 3;\n"}, course / "in" / "ben.tgz")
    os.utime(course / "in" / "ben.tgz", (1e9, 1e9))
    (course / "in" / "ben.zip").write_bytes(b"PK\3\4 and no more")
    rows = collect(course, course / "in")
    assert set(rows) == {"ann", "ben"}
    assert rows["ann"].last.note == "hw-10.tgz counts, the newest of 2"
    assert rows["ben"].last.source == "ben.tar.gz"
    assert rows["ben"].last.key == rows["ann"].last.key
    assert "handed in 3 times" in rows["ben"].note
    assert "ben.zip: neither" in rows["ben"].note


@needs("git")
def test_untouched(course):
    """batch: students who changed nothing are not reported as copies"""
    put(course / "in" / "ann", "int x;\n")
    put(course / "in" / "ben", "int x;\n")
    put(course / "in" / "carl", "int y;\n")
    put(course / "in" / "dora", "int y;\n")
    given = {starters.digest_of(tree.read_tree(course / "in" / "ann"))}
    notes = {s.student: s.note for s in submissions.collect(
        [course / "in"], course, course / "out", "", given)}
    assert notes["ann"] == notes["ben"] == submissions.UNTOUCHED
    assert notes["carl"] == "the same as dora"
    known = starters.starters([course / "in" / "ann"])
    assert given < known and len(known) == 1 + len(read_series(ROOT))


# ---- names ------------------------------------------------------------------

NAMES = ["M\u00fcller, J\u00f6rg", "\u674e\u660e",
         "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"]


def test_names(course):
    """batch: names are kept as they are, and everybody gets a different
    one"""
    names = [*NAMES, "Mu\u0308ller", "M\u00fcller", "Ann", "ann", "Ann.",
             "a\nb", "a\\nb", "x" * 130 + "y", "x" * 130 + "z",
             "\udcff", "Ann (1)"]
    for name in names:
        put(course / "in" / name, "int x;\n")
    labels = {s.student for s in submissions.collect(
        [course / "in"], course, course / "out", "")}
    assert len({submissions.fold(label) for label in labels}) == len(names)
    assert set(NAMES) < labels and "\\xff" in labels
    assert all(len(label.splitlines()) == 1 for label in labels)


def test_two_places(course):
    """batch: students of the same name in two classes are told apart"""
    for place in ("in", "other"):
        put(course / place / "ann", f"int {place};\n")
    rows = collect(course, course / "in", course / "other")
    assert set(rows) == {"ann (1)", "ann (2)"}
    merged = submissions.collect([course / "in", course / "other"], course,
                                 course / "out", "", merge=True)
    assert [(s.student, len(s.attempts)) for s in merged] == [("ann", 2)]


def test_zip_of_a_mac(course):
    """batch: a zip's names are UTF-8 even if it does not say so"""
    name = "M\u00fcller"
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        for student in (name, "ann"):
            archive.writestr(f"{student}/calf/{GOOD}", "int x;\n")
    data = bytearray((course / "all.zip").read_bytes())
    for magic, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + flags + 1] &= ~8
            at = data.find(magic, at + 4)
    (course / "all.zip").write_bytes(data)
    assert set(collect(course, course / "all.zip")) == {name, "ann"}


def test_deep_folder(course):
    """batch: endlessly nested folders are not searched"""
    ann = course / "in" / "ann"
    put(ann, "int x;\n")
    where = os.getcwd()
    try:
        os.chdir(ann / "kernel")
        for _ in range(1100):
            os.mkdir("a")
            os.chdir("a")
        os.chdir(where)
        found = tree.read_tree(ann)
    finally:
        os.chdir(where)
        subprocess.run(["rm", "-r", ann], check=True)   # Python cannot
    assert list(found.taken) == [GOOD]
    assert found.refused == {"kernel/a/a/a": tree.TOO_DEEP}
