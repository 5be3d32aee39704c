"""grade/tools/bench/measure.py: a boot for each row, so that none changes what
another one sees, and a figure can be had again by itself."""

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
SILENCE = 200           # a GiB that is copied takes its time
CLOCK_BOOTS = 3      # by the clock: the median counts


class RowFailed(Exception):
    """No figure; the text is one line."""


def run_row(config, row, kernel):
    """The row's figure from one boot."""
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
    """For the image: the file that init runs."""
    folder = FOLDER / "scripts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / re.sub(r"[^\w]+", "-", commands)
    path.write_text(commands + "\n", "utf-8")
    return {"/run.sh": f"/run.sh={path}"}


def how_ended(ending, log):
    if ending.panicked:
        said = "the kernel panicked"
    elif ending.timed_out:
        said = "no end in time"
    else:
        lines = log.text().strip().splitlines()
        said = lines[-1] if lines else "it printed nothing"
    return f"{said} (log: {os.path.relpath(log.path)})"


def try_row(config, row, kernel):
    """The figure, or the RowFailed."""
    try:
        if not row.cpus:
            return run_row(config, row, kernel)
        return statistics.median(run_row(config, row, kernel)
                                 for _ in range(CLOCK_BOOTS))
    except RowFailed as error:
        return error


def measure(configs, rows, say):
    """Figures by kernel and row, and a line for each that failed. `say` is
    told how far it is."""
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
