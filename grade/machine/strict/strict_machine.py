"""grade/machine/strict/strict_machine.py: one run on the strict machine.

A run depends on nothing but the kernel, the disk image and the fields of
StrictMachine, so with those it can be repeated.
"""

import re
from dataclasses import dataclass, field

from grade.machine import run_to_end
from grade.machine.host.build import UserError
from grade.machine.qemu import machine_from
from grade.machine.strict.source_lines import with_source_lines

SWITCHES = ("tlb", "walk", "ad", "order", "fetch", "time", "devices",
            "garbage")
STATUS_USAGE = 121      # these are the same as in front.h
STATUS_LIMIT = 122
STATUS_ASLEEP = 123
STATUS_STORY = 124
ENDED = re.compile(r"^strict: status (\d+) after (\d+) instructions$",
                   re.MULTILINE)


@dataclass(frozen=True)
class StrictMachine:
    """`switches` are names from SWITCHES. `report` ends the run at the first
    use of a stale translation. `burst` limits the instructions of one turn.
    From step `until` on, the machine is not strict any more."""

    cpus: int = 2
    mem: str = "128M"
    args: str = ""
    seed: int = 1
    switches: tuple = SWITCHES
    limit: int = None
    report: bool = False
    burst: int = None
    until: int = None
    port: int = None        # to wait for gdb on
    typed: str = None       # a file: keys, each typed as soon as possible

    def command(self, config, disk):
        words = [str(config.path("strict")),
                 "-kernel", str(config.path("kernel")), "-disk", str(disk),
                 "-cpus", str(self.cpus), "-mem", self.mem,
                 "-append", self.args, "-seed", str(self.seed),
                 "-strict", ",".join(self.switches) or "none"]
        if self.limit is not None:
            words += ["-limit", str(self.limit)]
        if self.burst is not None:
            words += ["-burst", str(self.burst)]
        if self.until is not None:
            words += ["-until", str(self.until)]
        if self.port is not None:
            words += ["-gdb", str(self.port)]
        if self.typed is not None:
            words += ["-input", str(self.typed)]
        return words + ["-report"] * self.report


@dataclass
class StrictEnding:
    """How a run ended: the exit status, the number of instructions, the
    machine's stories, and why it ended, in a few words."""

    status: int
    steps: int = 0
    story: str = ""
    why: str = ""
    text: bytes = field(default=b"", repr=False)

    @property
    def failed(self):
        return self.status != 0


WHY = {
    run_to_end.PANIC_STATUS: "the kernel panicked",
    STATUS_LIMIT: "it was still running at the limit",
    STATUS_ASLEEP: "all harts wait for ever",
    STATUS_STORY: "a stale translation was used",
}


def run(config, machine, disk, sink, timeout, stderr_path):
    """Run to the end. The console goes to `sink(bytes)`, and the messages of
    the machine itself to a file. Returns a StrictEnding."""
    with open(stderr_path, "wb") as stderr:
        ending = run_to_end.run(machine.command(config, disk), sink, timeout,
                                stderr=stderr)
    with open(stderr_path, encoding="utf-8", errors="replace") as said:
        text = said.read()
    ended = ENDED.search(text)
    if ended is None and not ending.timed_out:
        raise UserError(text.strip().removeprefix("strict: ")
                        or f"the machine ended with status {ending.status}")
    story = with_source_lines(config, ENDED.sub("", text).strip())
    return StrictEnding(ending.status, int(ended.group(2)) if ended else 0,
                        story, why_of(ending))


def why_of(ending):
    """Why a run ended, in a few words."""
    if ending.timed_out:        # which has the status of STATUS_STORY
        return "it did not finish in time"
    return WHY.get(ending.status, f"exit status {ending.status}")


def switches_from(text):
    """The switches that STRICT names: empty for none, "all", or a list."""
    if text in ("all", "1"):
        return SWITCHES
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in SWITCHES:
            raise UserError(f"STRICT={text}: there is no switch {name}; the "
                            f"switches are {','.join(SWITCHES)}")
    return tuple(name for name in SWITCHES if name in names)


def strict_machine_from(settings, *words):
    """The machine that the settings ask for."""
    plain = machine_from({**settings, "ICOUNT": ""}, *words)
    seed, burst = settings.get("SEED") or "1", settings.get("BURST") or None
    until = settings.get("UNTIL") or None
    if not re.fullmatch(r"[0-9]{1,18}", seed):
        raise UserError(f"SEED={seed}: must be a number")
    if burst and not re.fullmatch(r"[1-9][0-9]{0,8}", burst):
        raise UserError(f"BURST={burst}: must be a number of instructions")
    if until and not re.fullmatch(r"[0-9]{1,18}", until):
        raise UserError(f"UNTIL={until}: must be a number of instructions")
    port = settings.get("PORT") or None
    if port and not (port.isdigit() and 1024 <= int(port) <= 65535):
        raise UserError(f"PORT={port}: must be 1024 to 65535")
    return StrictMachine(plain.cpus, plain.mem, plain.args, int(seed),
                         switches_from(settings.get("STRICT", "all")),
                         burst=int(burst) if burst else None,
                        until=int(until) if until else None,
                         port=int(port) if port else None,
                         report=settings.get("STORY", "") == "1")
