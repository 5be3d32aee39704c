"""grade/trials/power/one_boot.py: run one boot, and cut its power at any
moment."""

import os
import random
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from grade.machine.host import seeded
from grade.machine.qemu import Machine
from grade.trials.power.crash import Bounds, Disk, Judge, crashes, describe
from grade.trials.power.disk_log import BLOCK
from grade.trials.power.recording import (
    BOOT_ARGS, GuestFailed, compile_guest, make_disk, record)
from grade.trials.power.volume import DIRECTORY, Layout, Seen, Volume

FEWER = 4               # divides `boots` for a boot that itself follows a cut
WRONG_MAX = 100         # after so many problems no more cuts are tried
HARTS = (1, 2, 4)
ALIVE = "/alive"        # each survey creates or removes it
LINE = re.compile(r"(/\S+) (\d+) (-?\d+) (\d+) (\d+) (\d+)")


@dataclass(frozen=True)
class Plan:
    """How much is tried: `samples` subsets of many writes without a flush, and
    `boots` of the kernel itself on disks after a cut."""

    samples: int
    boots: int


class Report(seeded.Report):
    def lines(self):
        """What was done, in lines for people."""
        n = self.counts
        yield (f"{n['calls']} calls in {n['runs']} boots; cut after each of "
               f"{n['prefixes']} requests, and {n['subsets']} times with "
               "some of the last ones missing or torn")
        yield (f"{n['boots']} boots after a cut; {n['disks']} disks that "
               f"differ after recovery; {n['wrong']} wrong")


class Fsck:
    """Runs mkfs -c on a file that has the contents of the disk."""

    def __init__(self, program, path, blocks):
        self._command = [program, "-c", path]
        path.write_bytes(b"".join(blocks))
        self._file = open(path, "r+b", buffering=0)
        self._there = list(blocks)

    def close(self):
        self._file.close()

    def __call__(self, disk, over):
        for number, there in enumerate(self._there):
            data = over.get(number, disk.blocks[number])
            if data is not there:
                os.pwrite(self._file.fileno(), data, number * BLOCK)
                self._there[number] = data
        done = subprocess.run(self._command, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="latin-1")
        return done.stdout + done.stderr if done.returncode else None


class Sample:
    """A random sample of the crashes. Those that leave a transaction to
    recover are sampled separately."""

    def __init__(self, rng, size):
        self._rng = rng
        self._size = size
        self._kinds = {True: [], False: []}
        self._offered = Counter()

    def offer(self, disk, crash):
        kind = bool(disk.homes(crash.over))
        self._offered[kind] += 1
        place = self._rng.randrange(self._offered[kind])
        kept = self._kinds[kind]
        if len(kept) < self._size:
            kept.append(disk.with_over(crash.over))
        elif place < self._size:
            kept[place] = disk.with_over(crash.over)

    def taken(self):
        return self._kinds[True] + self._kinds[False]


def parse_survey(text):
    """The files that grade/trials/programs/power.c prints, in the form of
    Volume.tree()."""
    seen, first = [], {}
    lines = [match.groups() for match in map(LINE.fullmatch, text.splitlines())
             if match]
    for path, kind, nlink, inode, size, total in sorted(
            lines, key=lambda groups: groups[0].split("/")):
        same = first.setdefault(inode, path)
        is_folder = int(kind) == DIRECTORY
        seen.append(Seen(path, int(kind), int(nlink),
                         0 if is_folder else int(size), int(total), same))
    return tuple(sorted(seen))


class Still:
    """Takes the place of a Script, for a boot that changes no file."""

    def __init__(self, tree):
        tops = {"/" + seen.path.split("/")[1] for seen in tree
                if seen.type == DIRECTORY} - {ALIVE}
        self.actors = [Folder(top, tree) for top in sorted(tops)]
        self.marks = []


class Folder:
    """Takes the place of an Actor."""

    def __init__(self, top, tree):
        self.folder = top[1:]
        self.states = [tuple(
            seen._replace(path=seen.path[len(top):],
                          same=seen.same[len(top):])
            for seen in tree if seen.path.startswith(f"{top}/"))]


class Trial:
    """Cuts the power of one script's boot, and of boots after that."""

    def __init__(self, config, kernel, folder, seed):
        self._config = config
        self._kernel = kernel
        self._folder = Path(folder)
        self._rng = random.Random(seed)
        self._guest = compile_guest(config, self._folder)
        harts = self._rng.choice(HARTS)
        self._machine = Machine(cpus=harts, args=BOOT_ARGS)
        self._surveyor = Machine(cpus=harts, args=f"{BOOT_ARGS} survey")
        self.report = Report()

    def run(self, script, plan):
        """Returns the Report."""
        self.report.counts["runs"] += 1
        self.report.counts["calls"] += sum(
            len(actor.states) - 1 for actor in script.actors)
        disk = self._folder / "disk.img"
        make_disk(self._config, disk, self._guest, script.disk())
        try:
            recording = record(self._kernel, self._machine, disk)
        except GuestFailed as why:
            self.report.wrong(str(why))
            return self.report
        self._cut(recording, script, Bounds(script, recording.marks), plan)
        return self.report

    def _cut(self, recording, script, bounds, plan):
        """Judge all crashes of a recording, and boot after some of them."""
        disk = Disk(Layout(recording.base[0]), recording.base)
        sample = Sample(self._rng, plan.boots // 2)
        fsck = Fsck(self._config.path("mkfs"), self._folder / "cut.img",
                    recording.base)
        judge = Judge(script, bounds, fsck)
        for crash in crashes(self._rng, disk, recording.requests,
                             plan.samples):
            self.report.counts["prefixes" if crash.prefix else "subsets"] += 1
            problem = judge.wrong(disk, crash)
            if problem:
                self.report.wrong(f"cut after {crash.time} requests: "
                                  f"{problem.rstrip()}")
                if self.report.counts["wrong"] == WRONG_MAX:
                    break
            elif plan.boots:
                sample.offer(disk, crash)
        fsck.close()
        self.report.counts["disks"] += judge.states
        for blocks in sample.taken() if not self.report.problems else ():
            self._boot(blocks, plan)

    def _boot(self, blocks, plan):
        """Let the kernel recover the disk. The files that it then shows, and
        the files after any cut of that boot, must be those on the disk."""
        self.report.counts["boots"] += 1
        before = Disk(Layout(blocks[0]), blocks)
        expected = Volume(before.layout, before.view({})[0]).tree()
        path = self._folder / "again.img"
        path.write_bytes(b"".join(blocks))
        try:
            recording = record(self._kernel, self._surveyor, path)
        except GuestFailed as why:
            self.report.wrong(f"after a cut: {why}")
            return
        shown = parse_survey(recording.text)
        if shown != expected:
            self.report.wrong(f"after a cut the kernel shows "
                              f"{describe(shown)}\nthere is "
                              f"{describe(expected)}")
        still = Still(expected)
        self._cut(recording, still, Bounds(still, []),
                  replace(plan, boots=plan.boots // FEWER))
