"""grade/damage/__main__.py: `make damage`: disks on which bytes have changed.

N=10000 is how many images. SEED=N takes those of that run; without it each run
has others. ONE=17 tries image 17 alone, and keeps it as build/damage.img.
FULL=1 boots the kernel on each image and not only on every tenth.
"""

import os
import secrets
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from grade import process
from grade.config import ROOT, BuildError, UserError, build
from grade.damage.images import damaged
from grade.damage.trial import AT_ONCE, Report, make_bench, try_images

IMAGES = 1000
BOOT_EVERY = 10
KEPT = ROOT / "build" / "damage.img"


def number_from(name, otherwise):
    text = os.environ.get(name, "")
    if text and not text.isdigit():
        raise UserError(f"{name}={text}: a number")
    return int(text) if text else otherwise


def try_one(bench, seed, number):
    """Keep the image as it was before."""
    _, data, _ = damaged(bench.bases, f"{seed} {number}")
    KEPT.write_bytes(data)
    return try_images(bench, seed, [number], {number})


def try_all(bench, seed, count, boot_every):
    """A line for each problem as it is found."""
    total = Report()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(try_images, bench, seed, numbers,
                            {n for n in numbers if n % boot_every == 0})
                for numbers in (range(i, min(i + AT_ONCE, count))
                                for i in range(0, count, AT_ONCE))]
        try:
            for job in as_completed(jobs):
                total.add(job.result())
                for problem in job.result().problems:
                    print(f"damage: {problem}", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    return total


def run():
    seed = number_from("SEED", secrets.randbelow(10 ** 6))
    one = number_from("ONE", None)
    count = number_from("N", IMAGES)
    full = os.environ.get("FULL") == "1"
    print(f"damage: N={count} SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        bench = make_bench(build(), Path(folder))
        if one is None:
            return try_all(bench, seed, count, 1 if full else BOOT_EVERY)
        report = try_one(bench, seed, one)
        for problem in report.problems:
            print(f"damage: {problem}")
        return report


def main():
    process.end_on_signals()
    start = time.monotonic()
    try:
        report = run()
    except (UserError, BuildError) as error:
        print(f"damage: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    for line in report.lines():
        print(f"damage: {line}")
    print(f"damage: {time.monotonic() - start:.0f} s")
    return 1 if report.counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
