"""grade/tools/view/__main__.py: `make view`.

    python3 -m grade.tools.view 'cowdemo 8' [--out FILE] [--svg STEP | --json]

runs the commands and shows their memory as an HTML page, one step of it as a
figure, or all of it as JSON. The status is 0 if everything was recorded, 1 if
the recording stopped early, and 2 if there is nothing to show.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grade.machine import run_to_end
from grade.machine.gdbstub import Lost
from grade.machine.host import process
from grade.machine.host.build import ROOT, BuildError, Config, UserError, build
from grade.machine.host.text import many, printable, typed
from grade.machine.qemu import Machine, machine_from, timeout_from
from grade.tools.view.drawing import draw
from grade.tools.view.moments import tell
from grade.tools.view.recorder import Recorder
from grade.tools.view.view_page import MARK, as_data, as_page

SECONDS = 120           # unless the user sets TIMEOUT
MOMENTS_MAX = 200


def say(text):
    print(f"view: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Settings:
    """The settings of the machine."""

    machine: Machine
    programs: dict      # PROGS and COMPAT
    args: str
    seconds: float


def settings_from(env):
    if env.get("CPUS", "") not in ("", "1"):
        raise UserError(f"CPUS={env['CPUS']}: must be 1: the pictures show "
                        "one hart")
    machine = machine_from({"MEM": env.get("MEM", ""), "CPUS": "1"})
    programs = {name: env.get(name, "") for name in ("PROGS", "COMPAT")}
    return Settings(machine, programs, env.get("ARGS", ""),
                    timeout_from(env, SECONDS) or run_to_end.FOR_EVER)


def parse(argv):
    parser = argparse.ArgumentParser(prog="python3 -m grade.tools.view")
    parser.add_argument("--config", help=argparse.SUPPRESS)
    parser.add_argument("commands", nargs="?",
                        default=os.environ.get("CMD", ""))
    parser.add_argument("--out", default=os.environ.get("OUT", ""))
    parser.add_argument("--svg", default=os.environ.get("SVG", ""),
                        metavar="STEP")
    parser.add_argument("--json", action="store_true",
                        default=os.environ.get("JSON", "") not in ("", "0"))
    return parser.parse_args(argv)


def target(options):
    """The path of the output. A file that make view did not write is not
    replaced."""
    if not options.commands.strip():
        raise UserError('nothing to run: make view CMD="cowdemo 8"')
    if options.svg and not (options.svg.isdecimal() and int(options.svg)):
        raise UserError(f"SVG={options.svg}: must be the number of a step")
    kind = "json" if options.json else "svg" if options.svg else "html"
    path = Path(options.out or ROOT / "build" / f"view.{kind}")
    if options.out and not path.parent.is_dir():
        raise UserError(f"OUT={options.out}: no folder {path.parent}")
    if path.is_dir():
        raise UserError(f"OUT={options.out}: a folder")
    if options.out and path.exists() and not is_ours(path):
        raise UserError(f"OUT={options.out}: already exists, and was not "
                        "made by make view")
    return path, kind


def is_ours(path):
    with open(path, "rb") as file:
        head = file.read(200)
    return MARK.encode() in head or b'"made by": "make view"' in head


def record(config, options, settings):
    with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
        recorder = Recorder(config, options.commands, settings, Path(scratch),
                            MOMENTS_MAX)
        recorder.run()
    return recorder


def contents(kind, recorder, options):
    steps, cow = tell(recorder)
    commands = typed(options.commands)
    if not steps:
        lines = printable(recorder.output.decode(errors="replace")) \
            .strip().splitlines()
        raise UserError("no program was run"
                        + (f"; the console says: {lines[-1]}" if lines
                           else ""))
    if kind == "svg":
        number = int(options.svg)
        if number > len(steps):
            raise UserError(f"SVG={number}: there are {len(steps)} steps")
        return MARK + "\n" + draw(steps[number - 1], standalone=True), steps
    data = as_data(recorder, steps, cow, commands)
    if kind == "json":
        return json.dumps(data, indent=1) + "\n", steps
    return as_page(recorder, steps, cow, commands, data), steps


def write_whole(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserError(f"OUT={path}: {error.strerror}") from None


def main(argv):
    process.end_on_signals()
    options = parse(argv)
    try:
        path, kind = target(options)
        settings = settings_from(os.environ)
        config = Config(options.config) if options.config else build()
        recorder = record(config, options, settings)
        text, steps = contents(kind, recorder, options)
        write_whole(path, text)
    except (UserError, BuildError, Lost) as error:
        say(error)
        return 2
    except KeyboardInterrupt:
        return 130
    report(path, recorder, steps)
    return 1 if recorder.ending else 0


def report(path, recorder, steps):
    text = f"{many(len(steps), 'moment')}: {os.path.relpath(path)}"
    if recorder.left_out:
        text += f"; {recorder.left_out} more left out"
    say(text)
    if recorder.ending:
        say(f"stopped early: {recorder.ending}")
    elif recorder.status == run_to_end.PANIC_STATUS:
        say("the kernel panicked")
    elif recorder.status:
        say(f"exit status {recorder.status}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
