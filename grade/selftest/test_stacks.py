"""grade/selftest/test_stacks.py: no kernel stack nearly overflows in a DEBUG
build, whose call chains are the deepest."""

import re
import subprocess

import pytest

from grade.machine import run_to_end
from grade.machine.guest import GuestFailed
from grade.machine.host.limits import limit
from grade.machine.image import make_script_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.ram import PAGE, Ram

KERNEL_BASE = 0xffffffc000000000
SPARE = 256             # STACK_SPARE in kernel/debug/stackuse.h
HARTS = 2
MACHINE = Machine(cpus=HARTS, mem="32M",
                  args="quiet panic=exit run /run.sh")

# What needs most stack: of a process, and then of a panic.
COMMANDS = "usertests rename_of_directory_replaces_an_empty_one " \
    "long_read_to_bad_pointer\necho order > /dev/vmstat"


def addresses(config, names):
    """The physical addresses of these symbols of the kernel."""
    text = subprocess.run(
        [*config.command("nm"), str(config.path("kernel"))], check=True,
        stdout=subprocess.PIPE, encoding="utf-8").stdout
    found = {name: int(address, 16) for address, name in
             re.findall(r"^([0-9a-f]+) \w (\w+)$", text, re.MULTILINE)}
    return [found[name] & ~KERNEL_BASE for name in names]


def spare_bytes(page):
    """The bytes at the start of the page that were never written to. The
    kernel's own memory begins as zeros."""
    return len(page) - len(page.lstrip(b"\0"))


@pytest.mark.xdist_group("debug")
def test_stacks(calf, tmp_path):
    """DEBUG: every kernel stack has room to spare, for a panic as well"""
    config = calf.build("DEBUG=1", "AUDIT=1")
    disk = make_script_image(config, tmp_path, COMMANDS)
    ram = Ram(tmp_path / "ram", MACHINE.ram_bytes)
    printed = []
    try:
        ending = run_to_end.run(
            [*MACHINE.command(config.path("kernel"), disk, ON_STDOUT),
             *ram.words], printed.append, limit(120))
        text = b"".join(printed).decode("utf-8", "replace")
        # Processes: the kernel itself would have panicked in stack_check().
        if not ending.panicked or "hand since right_then_left" not in text:
            raise GuestFailed(f"not the panic that was asked for:\n{text}")
        boot, trap = addresses(config, ["boot_stacks", "trap_stacks"])
        # A guard page is below each boot stack (boot/entry.S).
        idle = [spare_bytes(ram.page(boot + (2 * hart + 1) * PAGE))
                for hart in range(HARTS)]
        panicked = min(spare_bytes(ram.page(trap + hart * PAGE))
                       for hart in range(HARTS))
    finally:
        ram.close()
    assert min(idle) >= SPARE, idle
    assert SPARE <= panicked < PAGE
