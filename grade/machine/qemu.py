"""grade/machine/qemu.py: QEMU's command line for the machine that the user
asks for."""

import re
from dataclasses import dataclass

from grade.machine.host import sandbox
from grade.machine.host.build import UserError

MAX_HARTS = 8


def option(path):
    """A path as part of a QEMU option, where a comma must be doubled."""
    return str(path).replace(",", ",,")


UNITS = {"M": 20, "G": 30}      # of MEM, as powers of two


@dataclass(frozen=True)
class Machine:
    """A machine. `args` are the kernel's boot arguments. With `junk`, RAM is
    not zero when it starts (ram.py)."""

    cpus: int = 2
    mem: str = "128M"
    args: str = ""
    icount: bool = False
    junk: bool = False

    @property
    def ram_bytes(self):
        return int(self.mem[:-1]) << UNITS[self.mem[-1]]

    def command(self, kernel, disk, serial, cache="unsafe", drive=None):
        """The command for QEMU with that kernel and disk. `serial` are the
        options that say where the console goes, and `drive` those of a disk x0
        that is not simply the file."""
        icount = ["-icount", "shift=0,sleep=off"] if self.icount else []
        append = ["-append", self.args] if self.args else []
        command = [
            sandbox.qemu(),
            "-machine", "virt", "-bios", "none", "-kernel", str(kernel),
            "-m", self.mem, "-smp", str(self.cpus), *serial, *icount, *append,
            "-global", "virtio-mmio.force-legacy=false",
            *(drive or ["-drive", f"file={option(disk)},if=none,format=raw,"
                        f"id=x0,cache={cache}"]),
            "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0",
        ]
        return sandbox.fenced_qemu(command, kernel, disk)


# Where the console goes: to the terminal with QEMU's escape keys, or plainly
# to standard output.
ON_TERMINAL = ["-nographic"]
ON_STDOUT = ["-display", "none", "-monitor", "none",
             "-chardev", "stdio,id=console,signal=off",
             "-serial", "chardev:console"]


def machine_from(settings, *words):
    """The machine that CPUS, MEM, ARGS and ICOUNT describe. `words` are boot
    arguments to put before the user's."""
    icount = settings.get("ICOUNT", "") not in ("", "0")
    cpus = settings.get("CPUS") or ("1" if icount else "2")
    if not re.fullmatch(r"[0-9]{1,3}", cpus) \
            or not 1 <= int(cpus) <= MAX_HARTS:
        raise UserError(f"CPUS={cpus}: 1 to {MAX_HARTS} harts")
    if icount and int(cpus) > 1:
        # The harts take turns, and one that waits for another hart's lock may
        # never end its turn (seen with QEMU 7.2).
        raise UserError(f"ICOUNT=1 with CPUS={cpus}: QEMU counts "
                        "instructions for one hart only")
    mem = settings.get("MEM") or "128M"
    if not re.fullmatch(r"[1-9][0-9]*[MG]", mem):
        raise UserError(f"MEM={mem}: a number and M or G, such as 128M")
    args = " ".join([*words, settings.get("ARGS", "")]).strip()
    return Machine(cpus=int(cpus), mem=mem, args=args, icount=icount)


def timeout_from(settings, default):
    """The timeout in seconds; None for no limit, which TIMEOUT=0 means."""
    text = settings.get("TIMEOUT", "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise UserError(f"TIMEOUT={text}: must be a number of seconds")
    return float(text) or None
