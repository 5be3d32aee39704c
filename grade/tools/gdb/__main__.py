"""grade/tools/gdb/__main__.py: `make gdb` and `make gdb-server`.

    python3 -m grade.tools.gdb [GDB'S OPTIONS]
    python3 -m grade.tools.gdb --server

starts QEMU, stopped, and gdb for its kernel. CMD, PROGS, CPUS, MEM and ARGS
are as for `make run`; without CMD the guest boots to a shell. GDB names the
program. QEMU ends when gdb ends. With --server only QEMU starts, with this
terminal as its console, and waits for a debugger on a socket.
"""

import fcntl
import os
import shlex
import signal
import sys
import tempfile
from pathlib import Path

from grade.machine.host import process
from grade.machine.host.build import ROOT, BuildError, Config, UserError, build
from grade.machine.image import make_image
from grade.machine.qemu import ON_TERMINAL, machine_from
from grade.machine.run import terminal_restored
from grade.machine.user_programs import items_from, with_commands
from grade.tools.gdb.target import Target, stopped_at

COMMANDS = ROOT / "grade/tools/gdb/commands.py"
SERVER = ROOT / "build" / "gdb.sock"
KEYBOARD = "CALF_GDB_KEYBOARD"      # for commands.py: a file descriptor
FOLDERS = "CALF_GDB_PROGRAMS"       # for commands.py: folders of programs
WELCOME = """\
The guest is stopped at its first instruction. `continue` lets it run, and
Ctrl-C stops it. Its console prints here, and `type ls` types a line at it.
Commands for Calf: ps, pte, uvm, locks, add-user, type; see `help ps` etc.
"""


def say(text):
    print(f"gdb: {text}", file=sys.stderr, flush=True)


def gdb_command(config, target, *options):
    """The command that starts gdb, attached to the target, with the kernel's
    symbols and Calf's commands."""
    return [os.environ.get("GDB") or "gdb-multiarch", "-q",
            "-iex", "set confirm off", "-iex", "set pagination off",
            str(config.path("kernel")),
            "-ex", f"target remote {target.stub}",
            "-ex", f"source {COMMANDS}", *options]


def gdb_environment(config, target, scratch):
    """The environment for commands.py."""
    programs = {str(Path(item.partition("=")[2]).parent)
                for item in config.items().values() if "=" in item}
    return {**os.environ, KEYBOARD: str(target.keyboard),
            FOLDERS: os.pathsep.join([str(scratch), *sorted(programs)])}


def split_options(text):
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserError(f"GDBARGS={text}: {error}") from None


def make_disk(config, settings, scratch):
    """Make a disk for the guest. Returns it and init's arguments."""
    extra = items_from(config, settings, scratch)
    words = []
    if settings.get("CMD", "").strip():
        extra, words = with_commands(config, extra, settings["CMD"], scratch)
    return make_image(config, scratch / "disk.img", extra), words


def serve(config, settings, scratch):
    """Start only QEMU, for a debugger that somebody else starts."""
    disk, words = make_disk(config, settings, scratch)
    command = machine_from(settings, *words).command(
        config.path("kernel"), disk, ON_TERMINAL)
    with open(SERVER.with_suffix(".lock"), "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{shown(SERVER)} is in use by another one") \
                from None
        say(f"QEMU waits for a debugger at {shown(SERVER)}; Ctrl-A X ends it")
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # is for the guest
        child = process.start([*command, *stopped_at(shown(SERVER))])
        with terminal_restored():
            try:
                return child.wait()
            finally:
                process.stop(child)
                SERVER.unlink(missing_ok=True)


def shown(path):
    return os.path.relpath(path)


def debug(config, settings, options, scratch):
    disk, words = make_disk(config, settings, scratch)
    machine = machine_from(settings, *words)
    with Target(machine, config.path("kernel"), disk, scratch) as target:
        target.wait_for_stub()
        print(WELCOME, end="", flush=True)
        child = process.start(
            gdb_command(config, target, *options),
            env=gdb_environment(config, target, scratch),
            pass_fds=[target.keyboard])
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # is for gdb
        try:
            return child.wait()
        finally:
            process.stop(child)


def main(argv):
    process.end_on_signals()
    config = None
    if argv[:1] == ["--config"]:
        config, argv = argv[1], argv[2:]
    try:
        argv = argv or split_options(os.environ.get("GDBARGS", ""))
        config = Config(config) if config else build()
        with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
            if argv == ["--server"]:
                return serve(config, os.environ, Path(scratch))
            return debug(config, os.environ, argv, Path(scratch))
    except (UserError, BuildError) as error:
        say(error)
        return 2
    except (FileNotFoundError, PermissionError) as error:
        say(f"{error.filename}: {error.strerror}")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
