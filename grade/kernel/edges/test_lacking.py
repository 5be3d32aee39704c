"""grade/kernel/edges/test_lacking.py: machines that lack something.

If a machine lacks something that Calf needs, the kernel names it in one line,
and QEMU ends with a special status. A machine may lack anything that Calf does
not need.
"""

import re
import shutil
import subprocess

import pytest

from grade.machine import run_to_end
from grade.machine.guest import GuestFailed
from grade.machine.host import process, sandbox
from grade.machine.host.limits import limit
from grade.machine.image import make_script_image
from grade.machine.qemu import ON_STDOUT, Machine

LACKING_STATUS = 102
QEMU_32 = "qemu-system-riscv32"
RUN_ARGS = "quiet panic=exit run /run.sh"
REFUSED = re.compile(r"^qemu-system-\w+: (?!warning)", re.MULTILINE)

# For a QEMU whose reset code needs control registers itself. Enter by
#     lui t0, 1; ld a1, 32(t0); li t1, 1; slli t1, t1, 31; jr t1
# QEMU has left the address of the device tree at 0x1020.
ENTER = ("-device loader,addr=0x81000000,data=0x0202b583000012b7,data-len=8 "
         "-device loader,addr=0x81000008,data=0x01f3131300100313,data-len=8 "
         "-device loader,addr=0x81000010,data=0x00030067,data-len=4 "
         "-device loader,addr=0x81000000,cpu-num=0")

# What the kernel reports, and QEMU's options for a machine that lacks it. The
# first option that this QEMU accepts is used.
CPU = "the CPU lacks "
LACKS = {
    "no compressed instructions": (CPU + "C (compressed instructions)",
                                   ["-cpu rv64,c=off"]),
    "no atomic instructions": (CPU + "A (atomic instructions)",
                               ["-cpu rv64,a=off",
                                "-cpu rv64,a=off,zawrs=off"]),
    "no multiplication": (CPU + "M (multiplication)", ["-cpu rv64,m=off"]),
    "no floating point": (CPU + "D (floating point)", ["-cpu rv64,d=off"]),
    "no control registers": (CPU + "Zicsr (control registers)",
                             ["-cpu rv64i",
                              "-cpu rv64,Zicsr=off,c=off,d=off,f=off,a=off,"
                              "m=off " + ENTER]),
    "no supervisor": (CPU + "S (supervisor mode)", ["-cpu rv64,h=off,s=off"]),
    "no Sstc": (CPU + "Sstc (stimecmp)", ["-cpu rv64,sstc=off"]),
    "no Sv39": (CPU + "Sv39 (paging)",
                ["-cpu rv64,sv39=off", "-cpu rv64,mmu=off"]),
    "no fence.i": (CPU + "Zifencei (fence.i)",
                   ["-cpu rv64,zifencei=off", "-cpu rv64,Zifencei=off"]),
    "much": (CPU + "D (floating point), S (supervisor mode), Sstc (stimecmp)",
             ["-cpu sifive-e51"]),
    "32 bits": ("the CPU has 32 bits, not 64",
                [QEMU_32, "-cpu rv32"]),
    "APLIC": ("the machine lacks a PLIC", ["-machine aia=aplic"]),
    "IMSIC": ("the machine lacks a PLIC", ["-machine aia=aplic-imsic"]),
    "no disk": ("the machine lacks a disk in the first virtio slot",
                ["no disk"]),
    "legacy disk": ("the machine lacks a disk that is not of virtio's legacy",
                    ["-global virtio-mmio.force-legacy=true"]),
}

# Machines on which the kernel runs.
ENOUGH = {
    "no memory protection": ["-cpu rv64,pmp=off"],
    "profile rva22s64": ["-cpu rva22s64,sstc=on", "-cpu rv64"],
    "profile rva23s64": ["-cpu rva23s64", "-cpu rv64"],
    "all that QEMU has": ["-cpu max", "-cpu rv64"],
    "ACLINT": ["-machine aclint=on"],
    "no serial line": ["-serial none"],
}

MEDELEG_WRITE = 0x30201073      # csrw medeleg, but for the register
MEDELEG_MASK = 0xfff07fff
NOP = 0x13
UNIMP = 0xc0001073


def without_disk(command):
    """The command with the options for the disk removed."""
    at = command.index("-drive")
    return command[:at] + command[at + 4:]


class Machines:
    """Boots a kernel on various machines, to run `exit 7`."""

    def __init__(self, config, log, folder, kernel=None):
        self._kernel = kernel or config.path("kernel")
        self._log = log
        self._disk = make_script_image(config, folder, "sh -c 'exit 7'")

    def boot(self, how):
        """The status, or None if it does not end; `how` is from LACKS."""
        command = Machine(args=RUN_ARGS).command(self._kernel, self._disk,
                                                 ON_STDOUT)
        if how.startswith("-"):
            command += how.split()
        elif how == "no disk":
            command = without_disk(command)
        elif how == QEMU_32:
            command[command.index(sandbox.qemu())] = how
        child = process.start(command, stdin=subprocess.DEVNULL,
                              stdout=self._log, stderr=self._log)
        try:
            return child.wait(limit(30))
        except subprocess.TimeoutExpired:
            return None
        finally:
            process.kill(child)

    def boot_first(self, ways):
        """Boot in the first way that QEMU accepts. Returns the status and the
        output."""
        for how in ways:
            if how == QEMU_32 and not shutil.which(how):
                continue
            before = len(self._log.text())
            status = self.boot(how)
            text = self._log.text()[before:]
            if status != 1 or not REFUSED.search(text):
                return status, text
        pytest.skip(f"QEMU has none of: {', '.join(ways)}")


@pytest.fixture
def machines(config, log, tmp_path):
    return Machines(config, log, tmp_path)


def check_status(log, status, wanted):
    if status != wanted:
        raise GuestFailed(log.explain(f"status {status}, not {wanted}"))


@pytest.mark.parametrize("what", LACKS)
def test_lacks(machines, log, what):
    """the kernel reports what the machine lacks: {what}"""
    words, ways = LACKS[what]
    status, text = machines.boot_first(ways)
    lines = [line for line in text.splitlines()
             if not line.startswith("qemu-system")]
    if len(lines) != 1 or \
            not lines[0].startswith(f"calf: cannot start: {words}"):
        raise GuestFailed(log.explain(f"expected one line: {words}"))
    check_status(log, status, LACKING_STATUS)


@pytest.mark.parametrize("what", ENOUGH)
def test_enough(machines, log, what):
    """the kernel runs on a machine with just enough: {what}"""
    check_status(log, machines.boot_first(ENOUGH[what])[0], 7)


def without_delegation(kernel, folder, instruction):
    """A copy of the kernel with that instruction in place of the one that
    delegates exceptions."""
    image = bytearray(kernel.read_bytes())
    found = [at for at in range(0, len(image) - 3, 2)
             if int.from_bytes(image[at:at + 4], "little") & MEDELEG_MASK
             == MEDELEG_WRITE]
    assert len(found) == 1
    image[found[0]:found[0] + 4] = instruction.to_bytes(4, "little")
    copy = folder / "kernel.elf"
    copy.write_bytes(image)
    return copy


def test_not_delegated(config, log, tmp_path):
    """the kernel also handles exceptions that are not delegated"""
    kernel = without_delegation(config.path("kernel"), tmp_path, NOP)
    disk = make_script_image(
        config, tmp_path, "usertests -g state && usertests -g memory && "
        "usertests -g cow && exit 7")
    ending = run_to_end.run(
        Machine(mem="48M", args=RUN_ARGS).command(kernel, disk, ON_STDOUT),
        log.write, limit(120))
    check_status(log, ending.status, 7)


def test_machine_mode(config, log, tmp_path):
    """an exception in machine mode is reported"""
    kernel = without_delegation(config.path("kernel"), tmp_path, UNIMP)
    machines = Machines(config, log, tmp_path, kernel)
    status, text = machines.boot_first(["-smp 1"])
    words = "calf: exception in machine mode, hart 0x0{16}, mcause 0x0{15}2, "
    if not re.match(words, text):
        raise GuestFailed(log.explain("no message about the exception"))
    check_status(log, status, LACKING_STATUS)
