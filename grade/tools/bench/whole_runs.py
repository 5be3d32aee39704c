"""grade/tools/bench/whole_runs.py: measure whole runs by the clock.

Seconds mean little on another machine. So a run is measured in loops: its time
divided by that of a fixed loop on the same machine.
"""

import os
import re
import subprocess
import time
from statistics import median

from grade.machine.guest import Guest, GuestFailed, Log, run_script
from grade.machine.host.build import ROOT, make_command
from grade.machine.host.limits import work_seconds
from grade.machine.qemu import Machine
from grade.tools.bench.kernels import FINISHED, FOLDER
from grade.tools.bench.measure import script_item
from grade.tools.bench.profiling import boot_instructions
from grade.tools.bench.rows import Row

BOOTS = 5
USERTESTS_SECONDS = 300

ROWS = [
    Row("boot", "power-on to the shell's first command"),
    Row("boot_time", "boot to the shell's prompt, in loops"),
    Row("usertests", "usertests, 2 harts, in loops"),
    Row("grade", "make grade, in loops"),
]


def boot_time(config, log):
    start = time.monotonic()
    with Guest(config, Machine(), log) as guest:
        guest.prompt()
        return time.monotonic() - start


def usertests_time(config, log):
    """The time of usertests, even if tests fail, as on the starter."""
    start = time.monotonic()
    run_script(config, Machine(args="quiet panic=exit run /run.sh"), log,
               USERTESTS_SECONDS, script_item("usertests"))
    if not re.search(r"^\d+ passed", log.text(), re.MULTILINE):
        raise GuestFailed("usertests did not finish")
    return time.monotonic() - start


def grade_time():
    command, env = make_command("-s", "grade")
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env,
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise GuestFailed("make grade failed")
    return time.monotonic() - start


def measure_whole(configs, figures, say):
    """Add to the figures by kernel and row. Returns a line for each that
    failed."""
    failed = []

    def note(kernel, name, run):
        say(f"{name}, {kernel}")
        log = Log(FOLDER / "logs", f"{kernel}-{name}")
        try:
            figures[kernel][name] = run(log)
            log.end(keep=False)
        except GuestFailed as error:
            failed.append(f"{kernel}: {name}: {str(error).splitlines()[0]} "
                          f"(log: {os.path.relpath(log.path)})")
            log.end(keep=True)

    for kernel, config in configs.items():
        note(kernel, "boot", lambda log: boot_instructions(config))
        note(kernel, "boot_time", lambda log: in_loops(
            median(boot_time(config, log) for _ in range(BOOTS))))
        note(kernel, "usertests", lambda log: in_loops(
            usertests_time(config, log)))
    note(FINISHED, "grade", lambda log: in_loops(grade_time()))
    return failed


def in_loops(seconds):
    return round(seconds / work_seconds(), 1)
