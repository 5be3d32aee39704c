"""grade/trials/damage/__main__.py: `make damage`: mount and repair damaged
disks.

N=10000 is the number of images. SEED=N repeats the images of that run; without
it each run has new ones. ONE=17 tries only image 17, and keeps it as
build/damage.img. FULL=1 boots the kernel on each image and not only on every
tenth.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from grade.machine.host import seeded
from grade.machine.host.build import ROOT, build
from grade.trials.damage.damaged_images import damaged
from grade.trials.damage.try_images import (
    AT_ONCE, Report, make_bench, try_images)

IMAGES = 1000
BOOT_EVERY = 10
KEPT = ROOT / "build" / "damage.img"


def try_one(bench, seed, number):
    """Try one image, and keep it as it was before the run."""
    _, data, _ = damaged(bench.bases, f"{seed} {number}")
    KEPT.write_bytes(data)
    return try_images(bench, seed, [number], {number})


def jobs(bench, seed, count, boot_every):
    """The arguments of try_images() for all images."""
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        yield bench, seed, numbers, {
            n for n in numbers if n % boot_every == 0}


def run():
    seed = seeded.number_from("SEED", secrets.randbelow(10 ** 6))
    one = seeded.number_from("ONE", None)
    count = seeded.number_from("N", IMAGES)
    full = os.environ.get("FULL") == "1"
    print(f"damage: N={count} SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        bench = make_bench(build(), Path(folder))
        if one is not None:
            return seeded.side_by_side("damage", Report(), try_one,
                                      [(bench, seed, one)])
        return seeded.side_by_side(
            "damage", Report(), try_images,
            jobs(bench, seed, count, 1 if full else BOOT_EVERY))


if __name__ == "__main__":
    sys.exit(seeded.main("damage", run))
