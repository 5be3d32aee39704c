"""grade/tools/bench/measure.py: measure each row in a boot of its own, so that
rows do not affect each other and each figure can be reproduced alone."""

import os
import re
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import chain

from grade.machine.guest import GuestFailed, Log, run_script
from grade.machine.shared_boots import BOOT_ARGS
from grade.tools.bench.kernels import FOLDER

SECONDS = 300
SILENCE = 200           # seconds; it takes long to copy a GiB
CLOCK_BOOTS = 3      # by the clock, the median counts


class RowFailed(Exception):
    """A row has no figure. The text is one line."""


def run_row(config, row, kernel):
    """Measure the row in one boot."""
    log = Log(FOLDER / "logs", f"{kernel}-{row.name}")
    machine = row.machine()
    machine = replace(machine, args=f"{BOOT_ARGS} {machine.args}".strip())
    keep = True
    try:
        ending = run_script(
            config, machine, log, SECONDS, silence=SILENCE,
            extra=script_item(f"cowbench {row.name}"))
        found = re.search(rf"^{re.escape(row.name)} +([\d.]+) \S+$",
                          log.text(), re.MULTILINE)
        if ending.status == 0 and found:
            keep = False
            return float(found.group(1))
        raise RowFailed(f"{kernel}: {row.name}: {how_ended(ending, log)}")
    except GuestFailed as error:
        raise RowFailed(f"{kernel}: {row.name}: "
                        + str(error).splitlines()[0]) from None
    finally:
        log.end(keep)


def script_item(commands):
    """An item for the image: the file that init runs."""
    folder = FOLDER / "scripts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / re.sub(r"[^\w]+", "-", commands)
    path.write_text(commands + "\n", "utf-8")
    return {"/run.sh": f"/run.sh={path}"}


def how_ended(ending, log):
    if ending.panicked:
        said = "the kernel panicked"
    elif ending.timed_out:
        said = "it did not finish in time"
    else:
        lines = log.text().strip().splitlines()
        said = lines[-1] if lines else "it printed nothing"
    return f"{said} (log: {os.path.relpath(log.path)})"


def try_row(config, row, kernel):
    """Returns the figure, or the RowFailed."""
    try:
        if not row.cpus:
            return run_row(config, row, kernel)
        return statistics.median(run_row(config, row, kernel)
                                 for _ in range(CLOCK_BOOTS))
    except RowFailed as error:
        return error


def measure(configs, rows, say):
    """Figures by kernel and row, and a line for each that failed. `say`
    reports progress."""
    jobs = [(configs[kernel], row, kernel)
            for row in rows for kernel in configs]
    counted = [job for job in jobs if not job[1].cpus]
    timed = [job for job in jobs if job[1].cpus]
    figures = {kernel: {} for kernel in configs}
    failed = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = chain(pool.map(try_row, *zip(*counted)) if counted else [],
                        # By the clock: one machine at a time.
                        (try_row(*job) for job in timed))
        for number, (job, result) in enumerate(
                zip(counted + timed, results), 1):
            say(f"{number} of {len(jobs)} figures")
            if isinstance(result, RowFailed):
                failed.append(str(result))
            else:
                figures[job[2]][job[1].name] = result
    return figures, failed
