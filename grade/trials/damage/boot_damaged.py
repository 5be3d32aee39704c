"""grade/trials/damage/boot_damaged.py: boot the kernel on a damaged disk."""

from grade.machine import run_to_end
from grade.machine.host.limits import limit
from grade.machine.qemu import ON_STDOUT, Machine
from grade.trials.power.recording import BOOT_ARGS

MACHINE = Machine(cpus=2, args=BOOT_ARGS)
SECONDS = 30
REFUSED = 100           # NO_INIT_STATUS in kernel/boot/init.c


def run_guest(kernel, path):
    """Boot the kernel on the image, which it may change. Returns whether it
    mounted the disk, and what is wrong, or None."""
    size = path.stat().st_size
    text = bytearray()
    ending = run_to_end.run(
        MACHINE.command(kernel, path, ON_STDOUT), text.extend, limit(SECONDS))
    words = text.decode("latin-1").strip()
    if ending.panicked or ending.timed_out or ending.died:
        how = ("panic" if ending.panicked else
               "it did not finish" if ending.timed_out else "QEMU died")
        return True, f"{how}: {words}"
    if path.stat().st_size != size:
        return True, "the size of the image has changed"
    return ending.status != REFUSED, None
