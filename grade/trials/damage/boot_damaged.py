"""grade/trials/damage/boot_damaged.py: the kernel itself, on a damaged
disk."""

from grade.machine import run_to_end
from grade.machine.host.limits import limit
from grade.machine.qemu import ON_STDOUT, Machine
from grade.trials.power.recording import BOOT_ARGS

MACHINE = Machine(cpus=2, args=BOOT_ARGS)
SECONDS = 30
REFUSED = 100           # NO_INIT_STATUS in kernel/boot/init.c


def run_guest(kernel, path):
    """Boot it on the image, which is changed. Returns whether it was mounted,
    and what is wrong or None."""
    size = path.stat().st_size
    text = bytearray()
    ending = run_to_end.run(
        MACHINE.command(kernel, path, ON_STDOUT), text.extend, limit(SECONDS))
    words = text.decode("latin-1").strip()
    if ending.panicked or ending.timed_out or ending.died:
        how = ("panic" if ending.panicked else
               "no end" if ending.timed_out else "QEMU died")
        return True, f"{how}: {words}"
    if path.stat().st_size != size:
        return True, "the image has another size now"
    return ending.status != REFUSED, None
