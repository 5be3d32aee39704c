"""grade/damage/trial.py: damaged images, some at a time."""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from grade.damage.guest import run_guest
from grade.damage.host import build_host, run_host
from grade.damage.images import damaged, make_bases

AT_ONCE = 20            # images on the disk of the host at a time
PROBLEMS_MAX = 5


@dataclass
class Report:
    counts: Counter = field(default_factory=Counter)
    problems: list = field(default_factory=list)

    def add(self, other):
        self.counts += other.counts
        self.problems += other.problems[:PROBLEMS_MAX]

    def lines(self):
        n = self.counts
        yield (f"{n['host']} images mounted by the kernel's file system on "
               f"the host, {n['host refused']} of them refused")
        yield (f"{n['guest']} booted, {n['guest refused']} of them refused; "
               f"{n['wrong']} wrong")


@dataclass
class Bench:
    """What is needed to try images, made once."""

    kernel: Path
    host: Path
    bases: list


def make_bench(config, folder, kernel=None):
    return Bench(kernel or config.path("kernel"), build_host(config, folder),
                 make_bases(config, folder))


def try_images(bench, seed, numbers, booted):
    """Images of those numbers; those in `booted` also by the real kernel.
    Returns a Report."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        for i in range(0, len(numbers), AT_ONCE):
            try_some(bench, seed, numbers[i:i + AT_ONCE], booted,
                     Path(folder), report)
    return report


def try_some(bench, seed, numbers, booted, folder, report):
    paths, stories = [], []
    for number in numbers:
        data, story = damaged(bench.bases, f"{seed} {number}")
        paths.append(folder / f"{number}.img")
        paths[-1].write_bytes(data)
        stories.append(f"image {number} ({story})")
    for story, result in zip(stories, run_host(bench.host, paths)):
        judge(report, "host", story, *result)
    for number, path, story in zip(numbers, paths, stories):
        if number in booted:
            judge(report, "guest", story, *run_guest(bench.kernel, path))
        path.unlink()


def judge(report, where, story, is_mounted, wrong):
    report.counts[where] += 1
    report.counts[f"{where} refused"] += not is_mounted
    if wrong:
        report.counts["wrong"] += 1
        report.problems.append(f"{where}: {story}: {wrong}")
