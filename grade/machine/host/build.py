"""grade/machine/host/build.py: build the project, and find what was built by
the file that the Makefile writes."""

import json
import os
import shlex
from pathlib import Path

from grade.machine.host import sandbox

ROOT = Path(__file__).resolve().parents[3]


class UserError(Exception):
    """A mistake that the user can correct. The text is one line."""


class BuildError(Exception):
    """make failed. The text is its output."""


class Config:
    """The files of one build, and the commands to build another program.

    All paths are relative to the root of the project, or absolute.
    """

    def __init__(self, path):
        self._text = (ROOT / path).read_text("utf-8", "surrogateescape")
        self._values = json.loads(self._text)

    def text(self):
        return self._text

    def path(self, name):
        return ROOT / self._values[name]

    def command(self, name):
        return shlex.split(self._values[name])

    def items(self):
        """The contents of every disk image, as arguments of mkfs by name in
        the guest. Files of the host have absolute paths."""
        found = {}
        for item in self._values["items"]:
            guest, equals, host = item.partition("=")
            found[guest.split(":")[0]] = (
                guest + equals + (str(ROOT / host) if host else ""))
        return found


def make_command(*words):
    """The command and environment of an independent make, whatever make this
    runs under. It and the compilers print English, since their output is
    parsed."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    env["LC_ALL"] = "C"
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", *words]
    return command, env


def build(*settings, jobs=None):
    """Build a flavour (settings such as "DEBUG=1"), but only the kernel of a
    stranger's tree. Returns its Config."""
    if sandbox.is_stranger():
        return run_make(sandbox.run_fenced, ROOT, "kernel-config", *settings,
                        jobs=jobs)
    return run_make(sandbox.run_plainly, ROOT, "config", *settings, jobs=jobs)


def build_programs(root):
    """Build everything but the kernel in this project's tree `root`. Returns
    its Config."""
    return run_make(sandbox.run_plainly, root, "user-config")


def run_make(run, root, *words, jobs=None):
    """Run make in the tree `root` with a function of sandbox.py. Returns the
    Config that it names at its end. Raises BuildError."""
    jobs = jobs or os.cpu_count() or 1
    status, text = run(*make_command("-s", f"-j{jobs}", *words), root)
    if status != 0:
        raise BuildError(text.strip())
    return Config(root / text.splitlines()[-1])
