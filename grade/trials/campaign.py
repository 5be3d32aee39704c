"""grade/trials/campaign.py: grades many kernels, and reports the results.

Results are kept below build/ and stay valid until something on which they
depend changes, so an interrupted campaign continues where it stopped.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

from grade.kernel.labs import no_such_lab
from grade.machine.host import process
from grade.machine.host.build import ROOT, BuildError, UserError, build
from grade.score.content_key import content_key
from grade.score.points import Points
from grade.series.patches import labs_in, read_series
from grade.trials import graded_copy
from grade.trials.described_patch import BadPatch

NO_BOOT = "build.test_boots"
JOBS_MAX = 8


def labs_wanted():
    """The lab that LAB names, or all labs. Raises UserError."""
    names, lab = labs_in(read_series(ROOT)), os.environ.get("LAB")
    if lab and lab not in names:
        raise UserError(no_such_lab(lab, names))
    return [lab] if lab else names


def kernel_groups(lab):
    """All groups of tests that give a kernel points in that lab."""
    points = Points([lab])
    return [g for g in points.groups if g not in points.tools]


def campaign(name, choose_kernels):
    """`choose_kernels` returns a list of graded_copy.Kernel. Their results are
    kept in build/NAME. Returns the status for the shell."""
    process.end_on_signals()
    try:
        kernels = choose_kernels()
        build()
    except (BadPatch, UserError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"{name}: make failed:\n{error}", file=sys.stderr)
        return 2
    results = run_all(ROOT / "build" / name, kernels)
    return 1 if report(name, kernels, results) else 0


def seen_in(lab, result):
    """The points lost, by the groups whose tests found the mistake. If nothing
    boots, no other test runs, and all points are lost."""
    if NO_BOOT not in result.tests:
        return result.lost
    boot = Points([lab]).group(NO_BOOT)
    return {boot: result.lost[boot]}


def verdict(kernel, result):
    """The result in a word, and whether it is the right one."""
    if result.problem:
        return result.problem, False
    return kernel.judge(seen_in(kernel.lab, result))


def line_of(kernel, result):
    word, _ = verdict(kernel, result)
    lost = ", ".join(f"{g} {-n:g}" for g, n in sorted(
        result.lost.items(), key=lambda pair: -pair[1]))
    return f"{kernel.name:42} {result.seconds:5.0f} s  {word:10} {lost}"


def run_all(folder, kernels):
    """Results by name. Prints a line for each."""
    content = content_key()
    results = {}
    with ThreadPoolExecutor(min(os.cpu_count() or 1, JOBS_MAX)) as pool:
        running = {}
        for kernel in kernels:
            here = folder / kernel.name
            key = graded_copy.key_of(content, kernel)
            old = graded_copy.known(here, key)
            if old is not None:
                results[kernel.name] = old
                continue
            running[pool.submit(graded_copy.run, here, key, kernel)] = kernel
        try:
            for job in as_completed(running):
                kernel = running[job]
                results[kernel.name] = job.result()
                print(line_of(kernel, job.result()), flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    return results


def report(name, kernels, results):
    """Print the table, in order, and the sum. Returns the number of wrong
    results."""
    bad = 0
    print()
    for kernel in kernels:
        bad += not verdict(kernel, results[kernel.name])[1]
        print(line_of(kernel, results[kernel.name]))
    seconds = sum(results[kernel.name].seconds for kernel in kernels)
    print(f"{name}: {len(kernels) - bad} of {len(kernels)} as expected, "
          f"{seconds / 60:.0f} minutes of grading")
    return bad
