"""grade/machine/run.py: `make run` and `make qemu`.

    python3 -m grade.machine.run 'echo hello; ls' [CPUS=4] [MEM=64M]
    [PROGS=a.c] ...

builds, boots, runs the commands, and exits with the status of the last one;
`make run` does the same, but make turns every failure into status 2.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from grade.machine import run_to_end
from grade.machine.host import process
from grade.machine.host.build import BuildError, Config, UserError, build
from grade.machine.image import KeptDisk, make_image
from grade.machine.qemu import (
    ON_STDOUT, ON_TERMINAL, machine_from, timeout_from)
from grade.machine.user_programs import items_from, with_commands

RUN_TIMEOUT = 120       # seconds, unless the user says otherwise
SETTINGS = ("CPUS", "MEM", "ARGS", "CMD", "PROGS", "COMPAT", "ICOUNT",
            "TIMEOUT")
FLAVOURS = ("LLVM", "DEBUG", "AUDIT")


def say(text):
    print(text, file=sys.stderr, flush=True)


def run_commands(config, settings, scratch):
    """Boot, let init run the commands as a script, and power off."""
    commands = settings.get("CMD", "")
    if not commands.strip():
        raise UserError("nothing to run: make run CMD=\"echo hello; ls\"")
    timeout = timeout_from(settings, RUN_TIMEOUT)
    extra, words = with_commands(
        config, items_from(config, settings, scratch), commands, scratch)
    machine = machine_from(settings, "quiet", "panic=exit", *words)
    disk = make_image(config, scratch / "disk.img", extra)
    command = machine.command(config.path("kernel"), disk, ON_STDOUT)
    ending = run_to_end.run(command, write_out, timeout, out_fd=1)
    if ending.timed_out:
        say(f"run: gave up after {timeout:g} s")
    elif ending.panicked:
        say("run: the kernel panicked")
    elif ending.died:
        say(f"run: QEMU was ended by signal {ending.died}")
    elif ending.status != 0:
        say(f"run: exit status {ending.status}")
    return ending.status


def write_out(data):
    """Write all of it to standard output, even if each write takes little."""
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]


def boot_interactively(config, settings, scratch):
    """The user's terminal becomes the console."""
    timeout = timeout_from(settings, None)
    machine = machine_from(settings)
    extra = items_from(config, settings, scratch)
    kept = KeptDisk(config)
    if kept.lock():
        news = kept.prepare(extra)
        disk, cache = kept.path, "writeback"
    else:
        news = "another QEMU uses the disk: this one gets a temporary disk, " \
            "which is lost at the end"
        disk, cache = scratch / "disk.img", "unsafe"
        make_image(config, disk, extra)
    if news:
        say(f"qemu: {news}")
    # Ctrl-C goes to the guest.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = process.start(
        machine.command(config.path("kernel"), disk, ON_TERMINAL, cache))
    with terminal_restored():
        try:
            return child.wait(timeout)
        except subprocess.TimeoutExpired:
            say(f"\r\nqemu: gave up after {timeout:g} s\r")
            return run_to_end.TIMEOUT_STATUS
        finally:
            process.stop(child)


class terminal_restored:
    """Restore the terminal, even if QEMU could not."""

    def __enter__(self):
        try:
            self._state = termios.tcgetattr(0)
        except termios.error:
            self._state = None

    def __exit__(self, *_):
        if self._state is not None:
            termios.tcsetattr(0, termios.TCSANOW, self._state)


def parse(argv):
    """Returns what to do, the Config's path or None, and the settings."""
    parser = argparse.ArgumentParser(
        prog="python3 -m grade.machine.run",
        usage="%(prog)s COMMANDS [NAME=VALUE...]")
    parser.add_argument("--config", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args(argv)
    settings = {k: os.environ[k] for k in SETTINGS if k in os.environ}
    if options.config:
        return options.words[0], options.config, settings
    commands = []
    for word in options.words:
        name, equals, value = word.partition("=")
        if equals and name in SETTINGS + FLAVOURS:
            settings[name] = value
        else:
            commands.append(word)
    if commands:
        settings["CMD"] = "\n".join(commands)
    return "run", None, settings


def main(argv):
    if argv[:1] == ["--config"]:
        process.die_with_parent(signal.SIGTERM)
    process.end_on_signals()
    what, path, settings = parse(argv)
    try:
        config = Config(path) if path else build(
            *(f"{k}={settings[k]}" for k in FLAVOURS if k in settings))
        with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
            do = boot_interactively if what == "qemu" else run_commands
            return do(config, settings, Path(scratch))
    except (UserError, BuildError) as error:
        say(f"{what}: {error}")
        return 2
    except run_to_end.OutputClosed:
        return 128 + signal.SIGPIPE
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
