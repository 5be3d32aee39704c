"""grade/machine/strict/__main__.py: `make strict`.

Runs CMD on the strict machine with one SEED, or with SEEDS until one fails. At
the end it says what ran and how to run it again.
"""

import argparse
import os
import shlex
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from grade.machine.host import process
from grade.machine.host.build import BuildError, Config, UserError
from grade.machine.host.text import many
from grade.machine.image import make_image
from grade.machine.qemu import timeout_from
from grade.machine.run import say, write_out
from grade.machine.strict import strict_machine
from grade.machine.strict.search import first_failing, narrow, seeds_from
from grade.machine.strict.strict_machine import SWITCHES, strict_machine_from
from grade.machine.user_programs import items_from, with_commands

RUN_TIMEOUT = 600       # seconds, unless the user sets TIMEOUT
SETTINGS = ("CPUS", "MEM", "ARGS", "CMD", "PROGS", "COMPAT", "TIMEOUT", "SEED",
            "SEEDS", "STRICT", "BURST", "UNTIL", "STORY", "PORT")


class Runs:
    """Runs of one command, on a disk that is the same for all of them."""

    def __init__(self, config, settings, scratch):
        self.config = config
        self.scratch = Path(scratch)
        self.timeout = timeout_from(settings, RUN_TIMEOUT)
        commands = settings.get("CMD", "")
        if not commands.strip():
            raise UserError('nothing to run: make strict CMD="cowtest"')
        extra, words = with_commands(
            config, items_from(config, settings, scratch), commands, scratch)
        self.machine = strict_machine_from(settings, "quiet", "panic=exit",
                                           *words)
        self.disk = make_image(config, self.scratch / "disk.img", extra)

    def run(self, machine, sink):
        said = self.scratch / f"said-{machine.seed}"
        return strict_machine.run(self.config, machine, self.disk, sink,
                                  self.timeout, said)

    def run_silently(self, machine):
        return self.run(machine, lambda data: None)


def again(machine, settings):
    """The command that repeats the run."""
    given = {"CMD": settings.get("CMD", ""), "CPUS": machine.cpus,
             "SEED": machine.seed}
    for name in ("MEM", "ARGS", "PROGS", "STORY"):
        given[name] = settings.get(name, "")
    if machine.switches != SWITCHES:
        given["STRICT"] = ",".join(machine.switches)
    if machine.burst:
        given["BURST"] = machine.burst
    if machine.until is not None:
        given["UNTIL"] = machine.until
    return "make strict " + " ".join(
        f"{name}={shlex.quote(str(value))}" for name, value in given.items()
        if value != "" or name == "STRICT")


def tell(machine, ending, settings):
    if ending.story:
        say(ending.story)
    result = ending.why if ending.failed else "ok"
    say(f"strict: {result}: seed {machine.seed}, "
        f"{many(machine.cpus, 'hart')}, {ending.steps} instructions")
    say(f"strict: again: {again(machine, settings)}")


def debug(runs):
    """Run under gdb: without a time limit, and with all output on the
    terminal."""
    return process.start(
        runs.machine.command(runs.config, runs.disk)).wait()


def run_one(runs, settings):
    if runs.machine.port:
        return debug(runs)
    ending = runs.run(runs.machine, write_out)
    tell(runs.machine, ending, settings)
    return ending.status


def search(runs, settings):
    seeds = seeds_from(settings["SEEDS"])
    found = first_failing(
        runs.machine, seeds, runs.run_silently,
        lambda done: say(f"strict: {done} of {len(seeds)} seeds are ok"))
    if found is None:
        say(f"strict: ok with all of SEEDS={settings['SEEDS']}")
        return 0
    machine, ending = found
    say(f"strict: seed {machine.seed} fails: {ending.why}; narrowing")
    machine, _ = narrow(machine, ending, runs.run_silently,
                        lambda what: say(f"strict: {what}"))
    machine = replace(machine, limit=None)
    ending = runs.run(machine, write_out)
    tell(machine, ending, settings)
    return ending.status


def main(argv):
    parser = argparse.ArgumentParser(prog="python3 -m grade.machine.strict")
    parser.add_argument("--config", required=True)
    config = Config(parser.parse_args(argv).config)
    settings = {k: os.environ[k] for k in SETTINGS if k in os.environ}
    process.end_on_signals()
    try:
        with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
            runs = Runs(config, settings, Path(scratch))
            do = search if settings.get("SEEDS") else run_one
            return do(runs, settings)
    except (UserError, BuildError) as error:
        say(f"strict: {error}")
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
