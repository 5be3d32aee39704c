"""grade/selftest/test_damage.py: mount and repair damaged disks."""

import signal
import struct
import subprocess

import pytest

from grade.machine.guest import GuestFailed
from grade.machine.host.build import ROOT
from grade.series.git import git
from grade.series.stack import copy_finished
from grade.tools.setup.needs import needs
from grade.trials.damage.damaged_images import damaged
from grade.trials.damage.host_kernel import build_host, run_host
from grade.trials.damage.repair import fsck
from grade.trials.damage.try_images import make_bench, try_images
from grade.trials.damage.unreadable import (
    make_disk, run_disk, table_of, volume_on)
from grade.trials.described_patch import read_patches
from grade.trials.power.broken_journals import FOLDER, Broken
from grade.trials.power.volume import DIRENT, INODE, REGULAR, Volume

SEED = 1                # `make damage` uses other seeds
IMAGES = range(120)
BOOTED = range(0, 120, 10)
FEW = range(60)        # enough to notice a missing check

pytestmark = pytest.mark.xdist_group("damage")


@pytest.fixture(scope="module")
def bench(config, tmp_path_factory):
    return make_bench(config, tmp_path_factory.mktemp("damage"))


@pytest.fixture
def image(bench, tmp_path):
    """A sound image."""
    path = tmp_path / "sound.img"
    path.write_bytes(b"".join(bench.bases[0].blocks))
    return path


def test_damage(bench):
    """damage: the kernel neither panics nor hangs, and a repair loses
    nothing"""
    report = try_images(bench, SEED, IMAGES, BOOTED)
    if report.problems:
        raise GuestFailed(f"make damage SEED={SEED} N={len(IMAGES)}: "
                          + report.problems[0])
    for kind in ("host", "guest", "fsck"):
        assert 0 < report.counts[f"{kind} refused"] < report.counts[kind]


def test_host_ends(monkeypatch):
    """damage: a hang is noticed"""
    monkeypatch.setenv("TIMEOUT", "1")
    assert run_host("sleep", ["1000"]) == [(True, "it did not finish: ")]
    assert run_host("sleep", []) == []


@needs("git")
@pytest.mark.parametrize("patch", [
    pytest.param(patch, id=patch.name) for patch in read_patches(
        FOLDER.parents[1] / "damage/broken", Broken)])
def test_broken(bench, config, tmp_path, patch):
    """damage: a missing check is noticed: {patch.name}"""
    copy_finished(ROOT, tmp_path, patch.lab)
    git(tmp_path, "apply", "-", data=patch.diff.encode())
    program = build_host(config, tmp_path, tmp_path)
    paths = []
    for number in FEW:
        paths.append(tmp_path / f"{number}.img")
        paths[-1].write_bytes(damaged(bench.bases, f"{SEED} {number}")[1])
    assert any(wrong for _, wrong in run_host(program, paths))


def test_unreadable_truncate(config, tmp_path):
    """damage: an unreadable file is not truncated, and loses no block"""
    image = make_disk(config, tmp_path, "echo x >/big; echo status $?\n")
    before = volume_on(image).blocks("/big")
    text = run_disk(config, image, table_of(volume_on(image), "/big"))
    assert text == "sh: /big: input/output error\nstatus 1\n"
    assert fsck(config.path("mkfs"), image) == (0, "")
    assert volume_on(image).blocks("/big") == before


def test_unreadable_unlink(config, tmp_path):
    """damage: an unreadable file is freed once it can be read again"""
    image = make_disk(config, tmp_path, "rm /big; echo status $?\n")
    text = run_disk(config, image, table_of(volume_on(image), "/big"))
    assert text == "status 0\n"
    run_disk(config, image)
    assert fsck(config.path("mkfs"), image) == (0, "")


def volume_of(bench):
    """The contents of the sound image."""
    base = bench.bases[0]
    return Volume(base.layout, base.blocks.__getitem__)


def volume_in(bench, image):
    data = image.read_bytes()
    return Volume(bench.bases[0].layout, lambda n: data[n * 4096:][:4096])


def inode_offset(bench, path):
    """The offset of the file's inode on the disk."""
    start = bench.bases[0].layout.inodes.start
    return start * 4096 + volume_of(bench).find(path) * INODE.size


def entry_offset(bench, path):
    """The offset of the file's name on the disk, in a directory of one
    block."""
    folder, _, name = path.rpartition("/")
    volume = volume_of(bench)
    block, = volume.blocks(folder)
    entry = DIRENT.pack(volume.find(path), name.encode())
    return block * 4096 + bench.bases[0].blocks[block].index(entry)


def patch_bytes(image, at, data):
    whole = bytearray(image.read_bytes())
    whole[at:at + len(data)] = data
    image.write_bytes(whole)


def test_sound(bench, image):
    """mkfs -c -y leaves a sound disk as it is"""
    before = image.read_bytes()
    assert fsck(bench.mkfs, image, "-y") == (0, "")
    assert image.read_bytes() == before


def test_check_only(bench, image):
    """mkfs -c reports what is wrong, and writes nothing"""
    patch_bytes(image, inode_offset(bench, "/bin") + 2, b"\7")
    before = image.read_bytes()
    assert fsck(bench.mkfs, image) == (1, "inode 2: 7 links, but 1 names")
    assert image.read_bytes() == before


def test_superblock(bench, image):
    """mkfs -c -y leaves a disk with a damaged superblock as it is"""
    patch_bytes(image, 0, b"nothing!")
    before = image.read_bytes()
    status, text = fsck(bench.mkfs, image, "-y")
    assert (status, text) == (
        1, "the superblock is damaged: cannot be repaired")
    assert image.read_bytes() == before


def test_inodes(bench, image):
    """mkfs -c -y finds the inodes that the superblock does not count"""
    before = image.read_bytes()
    patch_bytes(image, 20, (3).to_bytes(4, "little"))
    status, text = fsck(bench.mkfs, image, "-y")
    assert status == 0 and text.startswith("superblock: 3 inodes, but number")
    assert fsck(bench.mkfs, image) == (0, "")
    assert image.read_bytes()[4096:] == before[4096:]


def test_lost_found(bench, image):
    """mkfs -c -y puts inodes that have lost their names into /lost+found"""
    number = volume_of(bench).find("/w0/d")
    patch_bytes(image, inode_offset(bench, "/w0"), b"\0\0")
    status, text = fsck(bench.mkfs, image, "-y")
    assert status == 0
    assert f"inode {number}: has no name: now in /lost+found" in text
    assert fsck(bench.mkfs, image) == (0, "")
    paths = {seen.path for seen in volume_in(bench, image).tree()}
    assert f"/lost+found/#{number}/e/f/g" in paths


def free_blocks(base):
    bits = base.blocks[base.layout.bitmap.start]
    return [block for block in range(base.layout.nblocks)
            if not bits[block // 8] >> block % 8 & 1]


def name_taken(bench, image):
    """The name is that of a file."""
    script = volume_of(bench).find("/script")
    patch_bytes(image, entry_offset(bench, "/script"),
                DIRENT.pack(script, b"lost+found"))
    return "/lost+found is not a directory"


def no_inode(bench, image):
    """All other inodes belong to files that were open."""
    base = bench.bases[0]
    last = base.layout.inodes.start * 4096 + base.layout.ninodes * INODE.size
    held = INODE.pack(REGULAR, *[0] * 16)
    first = inode_offset(bench, "/w0/z") + INODE.size
    patch_bytes(image, first, held * ((last - first) // INODE.size))
    return "no room in /lost+found"


def no_block(bench, image):
    """A file uses all free blocks, through a table in the last one."""
    *free, table = free_blocks(bench.bases[0])
    patch_bytes(image, inode_offset(bench, "/w0/empty"), INODE.pack(
        REGULAR, 1, 0, 0, (10 + len(free)) * 4096, *[0] * 10, table, 0))
    patch_bytes(image, table * 4096, struct.pack(f"<{len(free)}I", *free))
    return "no room in /lost+found"


@pytest.mark.parametrize("case, spoil", [
    ("taken", name_taken), ("no inode", no_inode), ("no block", no_block)])
def test_no_lost_found(bench, image, case, spoil):
    """mkfs -c -y writes nothing if it cannot make /lost+found: {case}"""
    why = spoil(bench, image)
    number = volume_of(bench).find("/w0/d/x")
    patch_bytes(image, entry_offset(bench, "/w0/d/x"), bytes(DIRENT.size))
    before = image.read_bytes()
    status, text = fsck(bench.mkfs, image, "-y")
    assert status == 1
    assert f"inode {number}: has no name: cannot get one: {why}" in text
    assert text.endswith("cannot be repaired: nothing is written")
    assert image.read_bytes() == before


@pytest.mark.parametrize("inode, why", [
    ("9999", "no such inode"), ("/w0/d", "a directory's second name")])
def test_bad_twin(bench, image, inode, why):
    """mkfs -c -y keeps a sound name, and drops one that is {why}"""
    number = int(inode) if inode.isdigit() else volume_of(bench).find(inode)
    patch_bytes(image, entry_offset(bench, "/w0/z"),
                DIRENT.pack(number, b"empty"))
    status, text = fsck(bench.mkfs, image, "-y")
    assert status == 0 and f"'empty' for inode {number}: {why}" in text
    was = volume_of(bench)
    now = volume_in(bench, image)
    for path in "/w0/empty", "/w0/d":
        assert now.find(path) == was.find(path)


def test_replaced(bench, image):
    """mkfs -c -y keeps the mode of the image, and a symbolic link to it"""
    patch_bytes(image, inode_offset(bench, "/bin") + 2, b"\7")
    image.chmod(0o640)
    link = image.with_name("link.img")
    link.symlink_to(image.name)
    assert fsck(bench.mkfs, link, "-y")[0] == 0
    assert link.is_symlink() and image.stat().st_mode & 0o7777 == 0o640
    assert fsck(bench.mkfs, image) == (0, "")


def repair_short(bench, image, setup):
    """Run mkfs -c -y on a damaged image, with room for half of what it writes.
    Checks that the image stays as it is, and returns how mkfs ended."""
    patch_bytes(image, inode_offset(bench, "/bin") + 2, b"\7")
    before = image.read_bytes()
    half = len(before) // 2 // 512
    done = subprocess.run(
        ["sh", "-c", f'{setup} ulimit -f {half}; exec "$0" -c -y "$1"',
         bench.mkfs, image], capture_output=True, encoding="utf-8")
    assert image.read_bytes() == before
    return done.returncode, done.stderr


def test_interrupted(bench, image):
    """mkfs -c -y leaves the image as it was if it is killed"""
    status, _ = repair_short(bench, image, "")
    assert status == -signal.SIGXFSZ


def test_no_space(bench, image):
    """mkfs -c -y leaves the image as it was if it cannot write"""
    status, text = repair_short(bench, image, "trap '' XFSZ;")
    assert status == 1 and text == f"mkfs: {image}: File too large\n"
    assert [*image.parent.iterdir()] == [image]




def test_copied(bench, image):
    """mkfs -c -y copies a block that two files use, so that both are whole"""
    base = bench.bases[0]
    volume = Volume(base.layout, base.blocks.__getitem__)
    block = volume.blocks("/w0/d/x")[0]
    patch_bytes(image, inode_offset(bench, "/w0/empty") + 8,
                (4096).to_bytes(8, "little") + block.to_bytes(4, "little"))
    status, text = fsck(bench.mkfs, image, "-y")
    assert status == 0 and f"block {block} is in use twice: copied" in text
    data = image.read_bytes()
    after = Volume(base.layout, lambda n: data[n * 4096:][:4096])
    was = {seen.path: seen.sum for seen in volume.tree()}
    now = {seen.path: seen.sum for seen in after.tree()}
    assert now["/w0/d/x"] == was["/w0/d/x"]
    assert fsck(bench.mkfs, image) == (0, "")


def test_empty_table(bench, image):
    """mkfs -c -y gives a file a size that covers an empty table"""
    free = len(bench.bases[0].blocks) - 1
    at = inode_offset(bench, "/w0/empty") + 8
    patch_bytes(image, at, (1 << 50).to_bytes(8, "little"))
    patch_bytes(image, at + 8 + 4 * 11, free.to_bytes(4, "little"))
    status, text = fsck(bench.mkfs, image, "-y")
    assert status == 0 and "ends with its last block" in text
    assert fsck(bench.mkfs, image) == (0, "")


@pytest.mark.parametrize("words", ["-y", "-c", "-c a b", "-c -x a"])
def test_usage(bench, words, tmp_path):
    """mkfs prints its usage for options that make no sense: {words}"""
    done = subprocess.run([bench.mkfs, *words.split()], cwd=tmp_path,
                          capture_output=True, encoding="utf-8")
    assert done.returncode == 2 and "usage: mkfs" in done.stderr
    assert not list(tmp_path.iterdir())
