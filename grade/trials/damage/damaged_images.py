"""grade/trials/damage/damaged_images.py: make disks and damage them."""

import random
import struct
from dataclasses import dataclass

from grade.machine.host.build import ROOT
from grade.machine.qemu import Machine
from grade.machine.user_programs import compile_program
from grade.trials.damage.repair import wholes
from grade.trials.power.crash import Disk
from grade.trials.power.disk_log import BLOCK
from grade.trials.power.recording import (
    BOOT_ARGS, compile_guest, make_disk, record)
from grade.trials.power.volume import (
    HEADER, INODE, JOURNAL_MAGIC, MASK, Layout, Volume)
from grade.trials.power.workload import Script

NBLOCKS, NINODES = 400, 128
# The disks contain holes, tables of blocks, tables of tables, nested
# directories, hard links, and at the end an open file without a name.
CALLS = (
    "create empty", "create far", "write far 9000 1 20000",
    "write far 5000 2 4300000", "write far 5000 3 90000", "mkdir d",
    "mkdir d/e", "mkdir d/e/f", "create d/e/f/g", "append d/e/f/g 6000 4",
    "link far d/far", "link d/e/f/g g", "create d/x", "append d/x 60000 5",
    "sync", "create last", "append last 20000 6", "rename g h", "mkdir z",
    "hold last", "unlink last")
WORDS = (0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff, 0x7fff0000)


@dataclass(frozen=True)
class Base:
    """A sound disk, as its blocks. `tender` are the blocks of directories and
    tables, and `files` is the result of repair.wholes()."""

    name: str
    blocks: list
    layout: Layout
    tender: list
    files: list


def make_bases(config, folder):
    """A disk at rest, and one whose power was cut when the journal contained a
    complete transaction. Their first process is
    grade/trials/programs/abuse.c."""
    maker = compile_guest(config, folder)
    abuse = compile_program(config, ROOT / "grade/trials/programs/abuse.c",
                            folder, None)
    same_size(maker, abuse)
    script = Script()
    actor = script.actor({})
    for call in CALLS:
        if call == "sync":
            script.sync()
        else:
            script.add(actor, call)
    script.sync()
    path = folder / "base.img"
    make_disk(config, path, maker, script.disk(), NBLOCKS, NINODES)
    recording = record(config.path("kernel"), Machine(args=BOOT_ARGS), path)
    first, last = (synced(recording, mark) for mark in recording.marks)
    return [base(name, blocks, abuse.read_bytes()) for name, blocks in (
        ("rest", last), ("cut", interrupted(first, last)))]


def same_size(one, other):
    """Make two programs the same length."""
    size = max(one.stat().st_size, other.stat().st_size)
    for path in one, other:
        path.write_bytes(path.read_bytes().ljust(size, b"\0"))


def synced(recording, mark):
    """The disk as it was at that mark, except for the contents of the journal,
    which depend on when it was written."""
    disk = Disk(Layout(recording.base[0]), recording.base)
    for request in recording.requests[:mark]:
        if request is not None:
            disk.write(request.block, request.data)
    start, count = disk.layout.journal
    disk.blocks[start:start + count] = [bytes(BLOCK)] * count
    return disk.blocks


def interrupted(first, last):
    """The first disk, with a transaction in its journal that turns it into the
    last one."""
    blocks = list(first)
    start = Layout(first[0]).journal.start
    homes = [i for i, block in enumerate(first) if block != last[i]]
    for slot, home in enumerate(homes):
        blocks[start + 1 + slot] = last[home]
    header = bytearray(BLOCK)
    struct.pack_into(f"<{len(homes)}I", header, HEADER.size, *homes)
    HEADER.pack_into(header, 0, JOURNAL_MAGIC, len(homes), 0)
    seal(header)
    blocks[start] = bytes(header)
    return blocks


def base(name, blocks, init):
    """Replace the program that made the disk by `init`."""
    layout = Layout(blocks[0])
    volume = Volume(layout, blocks.__getitem__)
    for i, number in enumerate(volume.blocks("/bin/init")):
        blocks[number] = init[i * BLOCK:][:BLOCK].ljust(BLOCK, b"\0")
    return Base(name, blocks, layout, sorted(volume.tender()),
                list(wholes(blocks)))


# ---- damage -----------------------------------------------------------------

def damaged(bases, seed):
    """The image of that seed: its origin, its bytes, and how it was
    damaged."""
    rng = random.Random(seed)
    origin = rng.choice(bases)
    blocks = [bytearray(block) for block in origin.blocks]
    done = []
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8, 20))):
        kind = rng.choice(KINDS)
        done.append(f"{kind.__name__} {kind(rng, origin, blocks)}")
    return origin, b"".join(blocks), f"{origin.name}: " + ", ".join(done)


def hurt(rng, block, at, size):
    """Change up to `size` bytes of the block, from byte `at` on."""
    how = rng.randrange(4)
    if how == 0:
        block[at] = rng.randrange(256)
    elif how == 1:
        block[at] ^= 1 << rng.randrange(8)
    else:
        word = rng.choice(WORDS) if how == 2 else rng.randrange(NBLOCKS)
        block[at:at + size] = struct.pack("<Q", word)[:size]


def byte(rng, origin, blocks):
    """Change any byte of the disk."""
    number, at = rng.randrange(len(blocks)), rng.randrange(BLOCK)
    hurt(rng, blocks[number], at, 1)
    return f"{number}:{at}"


def superblock(rng, origin, blocks):
    at = 4 * rng.randrange(16)
    hurt(rng, blocks[0], at, 4)
    return at


def inode(rng, origin, blocks):
    """Change a field of an inode, usually one in use."""
    number = rng.randrange(rng.choice((16, NINODES)))
    at, size = rng.choice(((0, 2), (2, 2), (4, 2), (8, 4), (12, 4), (8, 8),
                           *((16 + 4 * i, 4) for i in range(12))))
    per_block = BLOCK // INODE.size
    block = blocks[origin.layout.inodes.start + number // per_block]
    hurt(rng, block, number % per_block * INODE.size + at, size)
    return f"{number}+{at}"


def bitmap(rng, origin, blocks):
    at = rng.randrange(NBLOCKS // 8)
    hurt(rng, blocks[origin.layout.bitmap.start], at, 1)
    return at


def tender(rng, origin, blocks):
    """Change a directory or a table of blocks, near its beginning."""
    number = rng.choice(origin.tender)
    at = 2 * rng.randrange(rng.choice((16, 48, BLOCK // 2)))
    hurt(rng, blocks[number], at, rng.choice((1, 2)))
    return f"{number}:{at}"


def transaction(rng, origin, blocks):
    """Change the journal's header, usually with a correct checksum."""
    header = blocks[origin.layout.journal.start]
    at = 4 * rng.randrange(rng.choice((8, 32)))
    hurt(rng, header, at, 4)
    if rng.random() < 0.8:
        seal(header)
    return at


def seal(header):
    count = min(HEADER.unpack_from(header)[1], (BLOCK - HEADER.size) // 4)
    total = (0xcbf29ce484222325 ^ count) * 0x100000001b3 & MASK
    for home in struct.unpack_from(f"<{count}I", header, HEADER.size):
        total = (total ^ home) * 0x100000001b3 & MASK
    HEADER.pack_into(header, 0, JOURNAL_MAGIC, count, total)


def misplaced(rng, origin, blocks):
    """Write a block where another one belongs."""
    there, here = rng.randrange(len(blocks)), rng.choice(origin.tender)
    blocks[here][:] = blocks[there]
    return f"{there} at {here}"


KINDS = (byte, byte, superblock, inode, inode, inode, bitmap, tender, tender,
         transaction, misplaced)
