"""grade/score/session.py: what the processes of one `make grade` share.

The process that the user started builds Calf and copies what was built, so
that a later make does not affect the tests. Its workers find that copy, the
folder for logs and the speed of the machine by one environment variable.
"""

import json
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

from grade.kernel.outside.gate import shares_nothing
from grade.machine import failures
from grade.machine.guest import GuestFailed
from grade.machine.host import sandbox
from grade.machine.host.build import (
    ROOT, BuildError, Config, UserError, build, build_programs)
from grade.machine.host.text import excerpt
from grade.machine.qemu import Machine
from grade.machine.shared_boots import SharedBoots

VARIABLE = "CALF_GRADE_SESSION"
# Where the logs and reports of a run go.
OUT = Path(os.environ.get("CALF_GRADE_OUT") or ROOT / "build" / "grade")
LOGS = OUT / "logs"
PREFIX = "calf-grade-"
OURS = "ours"
STRANGER = "CALF_STRANGER"      # set in a copy: where its programs are
VERBOSE = "CALF_VERBOSE"        # set for `make grade V=1`
SESSIONS_KEPT = 5


class Session:
    """The folder of one `make grade`, and what is in it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.facts = json.loads(
            (self.folder / "facts.json").read_text("utf-8"))

    @property
    def build_error(self):
        """What make printed if the build failed, else None."""
        return self.facts["build_error"]

    @property
    def boot_error(self):
        """Why the kernel cannot run even one command, or None."""
        return self.facts["boot_error"]

    @property
    def shares_nothing(self):
        """True if fork copies every page."""
        return self.facts["shares_nothing"]

    def seconds(self):
        """The seconds since it began."""
        return time.time() - self.facts["start"]

    @property
    def logs(self):
        return Path(self.facts["logs"])

    def config(self, flavour="plain"):
        return Config(self.folder / flavour / "config.json")

    def build(self, *settings):
        """Build a flavour with settings such as "DEBUG=1", once. Raises
        BuildError."""
        flavour = "-".join(word.partition("=")[0].lower()
                           for word in settings)
        if not (self.folder / flavour / "config.json").exists():
            build_and_copy(self.folder, flavour, *settings)
        return self.config(flavour)


def start():
    """Build, and begin a session. Its folder, which is named in the
    environment, holds all temporary files."""
    remove_stale()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    os.environ[VARIABLE] = os.environ["TMPDIR"] = str(folder)
    share_bytecode(folder)
    failures.begin(folder / "failures")
    stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    facts = {"start": time.time(), "build_error": None, "boot_error": None,
             "shares_nothing": False, "logs": str(LOGS / stamp)}
    try:
        if sandbox.is_stranger():
            keep_programs(folder / OURS)
        config = build_and_copy(folder, "plain")
        facts["boot_error"] = try_boot(config, LOGS / stamp)
        if not facts["boot_error"]:
            facts["shares_nothing"] = shares_nothing(config, LOGS / stamp)
    except BuildError as error:
        facts["build_error"] = excerpt(str(error))
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")
    return Session(folder)


def share_bytecode(folder):
    """Let all Pythons of this run, which are many in `make test`, compile each
    module once, and put nothing beside the sources. A run within another one
    uses what that has compiled."""
    if "PYTHONPYCACHEPREFIX" not in os.environ:
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "pycache")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def how_ended(ending):
    """The ending of a failed boot, in words."""
    if ending.panicked:
        return "the kernel panicked"
    if ending.timed_out:
        return "it did not finish in time"
    return f"the machine ended with status {ending.status}"


def try_boot(config, logs):
    """Boot once, with one hart. Returns what is wrong, or None. If this fails,
    the tests need not try boots of their own."""
    boot = SharedBoots(config, logs, "boot", Machine(cpus=1))
    word = secrets.token_hex(8)
    problem = None
    try:
        ending, text = boot.boot("boot", f"echo {word}\n", 30, 20)
        if text != f"{word}\n":
            problem = boot.keep_log().explain(
                f"the shell did not print: {word}; {how_ended(ending)}")
    except (GuestFailed, UserError) as error:
        boot.keep_log()
        problem = str(error)
    boot.end()
    return problem


def remove_stale():
    """Remove the folders of sessions that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*-*"):
        pid = folder.name[len(PREFIX):].partition("-")[0]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(pid):
    """True if the process can still do anything. A zombie cannot, although it
    still has its pid."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8",
                  errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):       # it has ended just now, or not Linux
        return not os.path.exists("/proc/self/stat")


def current():
    return Session(os.environ[VARIABLE])


def end(session):
    shutil.rmtree(session.folder, ignore_errors=True)
    if session.logs.is_dir() and not any(session.logs.iterdir()):
        session.logs.rmdir()
    if LOGS.is_dir():
        for old in sorted(LOGS.iterdir())[:-SESSIONS_KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def keep_programs(folder):
    """Copy the programs, mkfs and the strict machine. They are built where
    they do not depend on the stranger's kernel, so the next run finds them
    there. The build of that kernel cannot reach the copy."""
    root = Path(os.environ.get(STRANGER) or ROOT)
    snapshot(build_programs(root), root, folder)


def build_and_copy(folder, flavour, *settings):
    """Build the flavour and copy it into that folder of the session. Returns
    its Config."""
    built = build(*settings)
    programs = folder / OURS / "config.json"
    return snapshot(Config(programs) if programs.exists() else built, ROOT,
                    folder / flavour, built.path("kernel"))


def snapshot(config, root, folder, kernel=None):
    """Copy what a machine needs into the folder, from the tree `root` where
    the paths are relative. A config.json there says where everything is;
    returns that Config."""
    folder.mkdir(parents=True)
    values = json.loads(config.text())
    values["kernel"] = str(folder / "kernel.elf")
    if kernel is not None:
        shutil.copy2(kernel, values["kernel"])
    for name in ("mkfs", "library", "strict"):
        copy = folder / Path(values[name]).name
        shutil.copy2(root / values[name], copy)
        values[name] = str(copy)
    (folder / "bin").mkdir()
    items = []
    for item in values["items"]:
        guest, equals, host = item.partition("=")
        if host:
            copy = folder / "bin" / Path(host).name
            shutil.copy2(root / host, copy)
            item = f"{guest}={copy}"
        items.append(item)
    values["items"] = items
    whole = folder / "config.json.new"
    whole.write_text(json.dumps(values), "utf-8")
    whole.rename(folder / "config.json")
    return Config(folder / "config.json")
