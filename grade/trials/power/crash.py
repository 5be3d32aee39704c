"""grade/trials/power/crash.py: make every state in which a power cut could
leave the disk.

Until a flush is complete, a disk may delay writes and make them in any order.
So when the power fails, the disk has all writes before the last flush, and any
subset of the writes since then, one of which may be torn.
"""

import bisect
from dataclasses import dataclass

from grade.trials.power.disk_log import BLOCK, SECTOR
from grade.trials.power.volume import Unsound, Volume, recovered

EXHAUSTIVE = 4          # up to this many writes, all subsets are tried
HASH_BITS = (1 << 61) - 1


@dataclass(frozen=True)
class Crash:
    """`time` is the number of requests that the disk had received, and `over`
    are the blocks that have changed since the last flush. `prefix` says that
    no earlier write is missing."""

    time: int
    over: dict
    prefix: bool


class Disk:
    """Blocks, and a hash of the contents of all of them outside of the
    journal."""

    def __init__(self, layout, blocks):
        self.layout = layout
        self.blocks = list(blocks)
        self._sum = 0

    def _weight(self, block, data):
        # A bytes object caches its hash.
        return hash((block, data))

    def write(self, block, data):
        self._sum += self._change(block, data)
        self.blocks[block] = data

    def _change(self, block, data):
        if block < self.layout.inodes.start:
            return 0
        return (self._weight(block, data)
                - self._weight(block, self.blocks[block]))

    def homes(self, over):
        """What a mount would write if the disk had those blocks."""
        return recovered(self.layout, lambda number: over.get(number)
                         or self.blocks[number])

    def with_over(self, over):
        """All blocks, with those in their places."""
        blocks = list(self.blocks)
        for number, data in over.items():
            blocks[number] = data
        return blocks

    def view(self, over):
        """The disk with those blocks as a mount would see it: a function that
        returns a block, and a hash of the whole disk."""
        changed = {**over, **self.homes(over)}
        key = self._sum + sum(self._change(b, d) for b, d in changed.items())

        return (lambda number: changed.get(number) or self.blocks[number],
                key & HASH_BITS)


def torn(random, old, new):
    """Some sectors of the new data, the others as they were."""
    return b"".join(
        random.choice((old, new))[at:at + SECTOR]
        for at in range(0, BLOCK, SECTOR))


def subsets(random, writes, samples):
    """Subsets of the writes, as tuples of booleans."""
    count = len(writes)
    if count <= EXHAUSTIVE:
        for bits in range((1 << count) - 1):
            yield tuple(bool(bits >> i & 1) for i in range(count))
        return
    yield (False,) * (count - 1) + (True,)
    yield (False,) + (True,) * (count - 1)
    for _ in range(samples):
        yield tuple(random.random() < 0.5 for _ in range(count))


def overlay(random, disk, writes, there):
    """The blocks of a disk that has this subset of the writes, one of which
    may be torn."""
    over = {}
    for write, is_there in zip(writes, there):
        if is_there:
            over[write.block] = write.data
    if random.random() < 0.5:
        write = random.choice(writes)
        old = over.get(write.block, disk.blocks[write.block])
        over[write.block] = torn(random, old, write.data)
    return over


def crashes(random, disk, requests, samples):
    """Each Crash of a run, while `disk` follows it: every prefix, and some
    subsets of the writes between two flushes."""
    time = 0
    while time < len(requests):
        end = time
        while end < len(requests) and requests[end] is not None:
            end += 1
        yield from _between_flushes(random, disk, requests[time:end], time,
                                    samples)
        for write in requests[time:end]:
            disk.write(write.block, write.data)
        time = end + 1
    yield Crash(len(requests), {}, True)


def _between_flushes(random, disk, writes, time, samples):
    over = {}
    yield Crash(time, {}, True)
    for i, write in enumerate(writes):
        over = {**over, write.block: write.data}
        yield Crash(time + i + 1, over, True)
    for there in subsets(random, writes, samples) if writes else ():
        yield Crash(time + len(writes), overlay(random, disk, writes, there),
                    False)


class Bounds:
    """How many calls of each actor may have taken effect at a time: at least
    those before the last mark, and at most those before the next one."""

    def __init__(self, script, times):
        """`times` are those of the script's marks."""
        self._times = times
        last = [len(actor.states) - 1 for actor in script.actors]
        self._counts = [[0] * len(last), *script.marks, last]

    def at(self, time):
        passed = bisect.bisect_right(self._times, time)
        return self._counts[passed], self._counts[passed + 1]


class Judge:
    """Says what is wrong after a Crash. Findings are cached by the hash of the
    disk."""

    def __init__(self, script, bounds, check):
        """`check(disk, over)` returns what mkfs -c finds, or None."""
        self._actors = script.actors
        self._bounds = bounds
        self._check = check
        self._seen = {}

    @property
    def states(self):
        """The number of disks that differed after recovery."""
        return len(self._seen)

    def wrong(self, disk, crash):
        """What is wrong, or None."""
        block, key = disk.view(crash.over)
        if key not in self._seen:
            self._seen[key] = self._look(disk, crash, block)
        problem, folders = self._seen[key]
        if problem:
            return problem
        least, most = self._bounds.at(crash.time)
        for i, actor in enumerate(self._actors):
            if folders[i] not in actor.states[least[i]:most[i] + 1]:
                return difference(actor, folders[i], least[i], most[i])
        return None

    def _look(self, disk, crash, block):
        """What mkfs -c finds, and the contents of each actor's folder."""
        problem = self._check(disk, crash.over)
        if problem:
            return problem, []
        try:
            volume = Volume(disk.layout, block)
            return None, [volume.tree(volume.find(actor.folder))
                          for actor in self._actors]
        except Unsound as why:
            return f"mkfs -c finds nothing, but: {why}", []


def difference(actor, seen, least, most):
    """Describe how the contents of an actor's folder differ from what is
    expected."""
    allowed = "\n".join(
        f"    after {i} calls: {describe(actor.states[i])}"
        for i in range(least, most + 1))
    return (f"/{actor.folder} has {describe(seen)}; "
            f"expected one of\n{allowed}")


def describe(state):
    return ", ".join(
        f"{s.path[1:]} ({s.size} bytes, sum {s.sum:08x}, names {s.nlink})"
        for s in state) or "nothing"
