"""grade/course/whole_class/machines.py: the jobs of a class, here or on other
machines.

GNU parallel runs them in OUT/jobs, or in a folder that it creates on the other
machine, so the name of an archive is the same everywhere. A job ends with
status 0, graded or not: any other status means that the machine was lost, and
the job goes to another one.
"""

import os
import shlex
import subprocess

from grade.course.whole_class.submissions import JOBS, archive_of
from grade.machine.host import process
from grade.machine.host.build import ROOT

RETRIES = 3
# A machine that disappears is noticed after a minute.
SSH = "ssh -o BatchMode=yes -o ServerAliveInterval=15 -o ServerAliveCountMax=4"


def grade_all(keys, found, options, failed):
    """Grade these submissions, and report each one when it ends. Add what
    went wrong to `failed`, by key."""
    students = {}
    for submission in found:
        for attempt in options.policy.graded(submission):
            students.setdefault(attempt.key, []).append(submission.student)
    work = options.out / JOBS
    child = process.start(
        command(options), cwd=work, env=environment(work),
        encoding="utf-8", errors="replace", stdin=subprocess.PIPE,
        stdout=subprocess.PIPE)
    done = 0
    try:
        with child.stdin as names:
            names.write("".join(f"{archive_of(work.parent, key).name}\n"
                                for key in keys))
        for line in child.stdout:
            key, _, text = line.rstrip("\n").partition(" ")
            if key not in keys:             # a message from a machine
                print(line, end="", flush=True)
                continue
            done += 1
            if text.startswith("not graded"):
                failed[key] = text
            print(f"{done}/{len(keys)} {', '.join(students[key])}: {text}",
                  flush=True)
        child.wait()
    finally:
        process.stop(child)


def environment(work):
    """Keep the notes of GNU parallel with this run, and its Perl quiet where
    LANG names a locale that is not installed."""
    return {"PARALLEL_SSH": SSH, **os.environ, "PARALLEL_HOME": str(work),
            "PERL_BADLANG": "0"}


def command(options):
    """{} is the name of the archive. On another machine this project is in a
    folder of the same name, and uses its own Python; the archive is sent
    there, and its results come back."""
    words = ["parallel", "--will-cite", "--plain", "--line-buffer",
             "-j", str(options.jobs)]
    if options.sshloginfile:
        words += ["--sshloginfile", os.path.abspath(options.sshloginfile),
                  "--retries", str(RETRIES), "--workdir", "...",
                  "--transferfile", "{}", "--plus", "--return",
                  "{..}.json", "--cleanup"]
    # exec, because a shell in between would not end when this process is
    # killed.
    batch = shlex.quote(str(ROOT / "grade" / "batch"))
    return [*words, f"exec {batch} --job {{}} {options.jobs} "
            f"{shlex.quote(options.tests)} {shlex.quote(options.limit)} "
            f"{options.lab}"]
