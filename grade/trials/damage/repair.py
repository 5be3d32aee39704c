"""grade/trials/damage/repair.py: check how mkfs -c -y repairs a damaged
image."""

import subprocess
from dataclasses import dataclass

from grade.machine.host.limits import limit
from grade.trials.power.disk_log import BLOCK
from grade.trials.power.volume import (
    DIRECTORY, INODE, Layout, Unsound, Volume, recovered)

PER_BLOCK = BLOCK // INODE.size
SECONDS = 60
NOT_REPAIRED = "the superblock is damaged: cannot be repaired"


@dataclass(frozen=True)
class Whole:
    """A file of a sound disk, and everything that leads to its bytes."""

    path: str
    size: int
    sum: int
    inodes: frozenset
    blocks: frozenset


def mounted(blocks):
    """The blocks after a mount has recovered what it can."""
    layout = Layout(blocks[0])
    view = list(blocks)
    for home, data in recovered(layout, blocks.__getitem__).items():
        if layout.inodes.start <= home < layout.nblocks:
            view[home] = data
    return view


def wholes(blocks):
    """Each regular file of a sound disk."""
    view = mounted(blocks)
    volume = Volume(Layout(view[0]), view.__getitem__)
    for seen in volume.tree():
        if seen.type == DIRECTORY:
            continue
        parts = seen.path.strip("/").split("/")
        numbers = [volume.find("/".join(parts[:i]))
                   for i in range(len(parts) + 1)]
        yield Whole(seen.path, seen.size, seen.sum, frozenset(numbers),
                    frozenset().union(*(volume.all_blocks(n)
                                        for n in numbers)))


def untouched(files, before, after, layout):
    """The files that the damage has not changed."""
    changed = {i for i, block in enumerate(before) if block != after[i]}

    def is_changed(inode):
        block = layout.inodes.start + inode // PER_BLOCK
        at = inode % PER_BLOCK * INODE.size
        end = at + INODE.size
        return before[block][at:end] != after[block][at:end]

    return [file for file in files if not file.blocks & changed
            and not any(map(is_changed, file.inodes))]


def fsck(program, path, *options):
    """Run mkfs. Returns its status and output."""
    done = subprocess.run(
        [program, "-c", *options, path], stdin=subprocess.DEVNULL,
        capture_output=True, encoding="latin-1",
        timeout=limit(SECONDS))
    return done.returncode, (done.stdout + done.stderr).strip()


def repair(program, base, path):
    """Repair the image. Returns whether that was possible, and what is wrong
    with the repair, or None."""
    before = mounted(base.blocks)
    damaged = blocks_in(path)
    status, text = fsck(program, path, "-y")
    if text == NOT_REPAIRED and status == 1:
        return False, None
    if status != 0:
        return True, f"mkfs -c -y: status {status}: {text}"
    again, found = fsck(program, path)
    if again != 0 or found:
        return True, f"after mkfs -c -y, mkfs -c still says {found}"
    return True, lost(base, before, mounted(damaged),
                      mounted(blocks_in(path)))


def blocks_in(path):
    data = path.read_bytes()
    return [data[i:i + BLOCK] for i in range(0, len(data), BLOCK)]


def lost(base, before, damaged, repaired):
    """What is wrong if a file was whole on the damaged disk but no longer
    is."""
    try:
        tree = Volume(base.layout, repaired.__getitem__).tree()
    except Unsound as why:
        return f"after mkfs -c -y: {why}"
    there = {(seen.size, seen.sum) for seen in tree}
    for file in untouched(base.files, before, damaged, base.layout):
        if (file.size, file.sum) not in there:
            return f"mkfs -c -y lost {file.path}, which was not damaged"
    return None
