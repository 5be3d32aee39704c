"""grade/course/whole_class/job.py: grades one submission of many.

    grade/batch --job ARCHIVE JOBS [TESTS [LIMIT [LAB]]]

JOBS of them share the machine. The result is one file beside the archive,
which appears when everything is done. The status is 0 even if the submission
could not be graded: the printed line says so.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grade.machine.host import process
from grade.machine.host.build import ROOT
from grade.machine.host.text import printable
from grade.score import results

CALLER = "CALF_CALLER"  # the process that started grade/batch
# Settings that would change points, or what is printed, for the whole class.
NOT_FOR_A_CLASS = ("REPORT", "OUT", "GROUP", "QUICK", "FIRST", "ALL", "DEBUG",
                   "AUDIT")
DONE = (0, 1)           # the status of a run that finished
OUTPUT_MAX = 100_000


def product_of(archive):
    return archive.with_name(archive.name.partition(".")[0] + ".json")


def grade(archive, jobs, tests, limit, lab, scratch):
    """Returns the status, the results or None, and what was printed."""
    env = {**os.environ, "TREE": str(archive), "TESTS": tests,
           "LIMIT": limit, "LAB": lab, "CALF_GRADE_OUT": scratch,
           "WORKERS": str(min(8, max(1, (os.cpu_count() or 1) // jobs)))}
    for name in NOT_FOR_A_CLASS:
        env.pop(name, None)
    output = Path(scratch) / "output"
    with open(output, "wb") as file:
        child = process.start(
            [sys.executable, "-m", "grade"], cwd=ROOT, env=env,
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        try:
            status = child.wait()
        finally:
            process.stop(child, patience=20)
    text = output.read_text(encoding="utf-8", errors="replace")
    return status, results.read(Path(scratch) / results.FILE.name), \
        printable(text[-OUTPUT_MAX:])


def main(archive, jobs, tests="", limit="", lab=""):
    process.end_on_signals()
    # It may have ended while grade/batch looked for Python.
    process.die_with_parent(signal.SIGTERM, int(os.environ[CALLER]))
    archive = Path(archive).resolve()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
        status, found, text = grade(
            archive, int(jobs), tests, limit, lab, scratch)
    seconds = round(time.monotonic() - start, 1)
    key = product_of(archive).stem
    if status not in DONE or found is None or found["error"]:
        last = (text.strip() or "it printed nothing").splitlines()[-1]
        print(f"{key} not graded: status {status}: {last}")
        return 0
    results.write_whole(product_of(archive), json.dumps(
        {"results": found, "output": text, "seconds": seconds}))
    print(f"{key} {found['score']:g}/{found['total']:g}, {seconds:.0f} s")
    return 0
