"""grade/trials/damage/try_images.py: try damaged images, some at a time."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from grade.machine.host import seeded
from grade.trials.damage.boot_damaged import run_guest
from grade.trials.damage.damaged_images import damaged, make_bases
from grade.trials.damage.host_kernel import build_host, run_host
from grade.trials.damage.repair import repair

AT_ONCE = 20            # images on the disk of the host at a time


class Report(seeded.Report):
    def lines(self):
        n = self.counts
        yield (f"{n['host']} images mounted by the kernel's file system on "
               f"the host, {n['host refused']} of them refused")
        yield (f"{n['fsck']} given to mkfs -c -y, {n['fsck refused']} beyond "
               f"repair; {n['repaired']} mounted after it")
        yield (f"{n['guest']} booted, {n['guest refused']} of them refused; "
               f"{n['wrong']} wrong")


@dataclass
class Bench:
    """What is needed to try images. It is made once."""

    kernel: Path
    mkfs: Path
    host: Path
    bases: list


def make_bench(config, folder):
    folder = Path(folder)
    return Bench(config.path("kernel"), config.path("mkfs"),
                 build_host(config, folder), make_bases(config, folder))


def try_images(bench, seed, numbers, booted):
    """Try the images of these numbers, and boot the kernel on those in
    `booted`. Returns a Report."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        for i in range(0, len(numbers), AT_ONCE):
            try_some(bench, seed, numbers[i:i + AT_ONCE], booted,
                     Path(folder), report)
    return report


def try_some(bench, seed, numbers, booted, folder, report):
    """Mount the images, boot some, repair them, and mount the repaired
    ones."""
    images = [damaged(bench.bases, f"{seed} {number}") for number in numbers]
    paths = [folder / f"{number}.img" for number in numbers]
    stories = [f"image {number} ({story})"
               for number, (_, _, story) in zip(numbers, images)]
    for path, (_, data, _) in zip(paths, images):
        path.write_bytes(data)
    for story, result in zip(stories, run_host(bench.host, paths)):
        judge(report, "host", story, *result)
    for number, path, story, (_, data, _) in zip(
            numbers, paths, stories, images):
        if number in booted:
            judge(report, "guest", story, *run_guest(bench.kernel, path))
            path.write_bytes(data)
    repaired = []
    for path, story, (base, _, _) in zip(paths, stories, images):
        can_be, wrong = repair(bench.mkfs, base, path)
        judge(report, "fsck", story, can_be, wrong)
        if can_be and not wrong:
            repaired.append((path, story))
    results = run_host(bench.host, [path for path, _ in repaired])
    for (_, story), (is_mounted, wrong) in zip(repaired, results):
        if not is_mounted:
            wrong = "the disk that mkfs -c -y repaired cannot be mounted"
        judge(report, "repaired", story, is_mounted, wrong)


def judge(report, where, story, is_mounted, wrong):
    report.counts[where] += 1
    report.counts[f"{where} refused"] += not is_mounted
    if wrong:
        report.wrong(f"{where}: {story}: {wrong}")
