"""grade/config.py: what a build made, as the Makefile wrote it down."""

import json
import os
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class UserError(Exception):
    """Something that the user can put right; the text is one line."""


class BuildError(Exception):
    """make failed; the text is what it printed."""


class Config:
    """The files of one build, and the commands to build a program more.

    All paths are relative to the root of the project, or absolute.
    """

    def __init__(self, path):
        self._text = (ROOT / path).read_text()
        self._values = json.loads(self._text)

    def text(self):
        return self._text

    def path(self, name):
        return ROOT / self._values[name]

    def command(self, name):
        return shlex.split(self._values[name])

    def items(self):
        """What every disk image has, in mkfs's words, by name in the guest.
        Files of the host have absolute paths."""
        found = {}
        for item in self._values["items"].split():
            guest, equals, host = item.partition("=")
            found[guest.split(":")[0]] = (
                guest + equals + (str(ROOT / host) if host else ""))
        return found


def make_command(*words):
    """A make of its own, whatever make this runs under."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", *words]
    return command, env


def build(*settings, jobs=None):
    """Build a flavour (settings such as "DEBUG=1"); returns its Config."""
    jobs = jobs or os.cpu_count() or 1
    command, env = make_command("-s", f"-j{jobs}", "config", *settings)
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise BuildError((done.stdout + done.stderr).strip())
    return Config(done.stdout.split()[-1])
