"""grade/kernel/model/sums.py: what must add up: the bytes of all pages that a
process may read, and the bytes that all programs were promised."""

import time

from grade.kernel.model.layout import PAGE, R, W
from grade.kernel.model.reference import ENOSYS
from grade.kernel.model.rules import Wrong, name_of
from grade.kernel.model.wire import Op

SETTLE_SECONDS = 5      # time for processes to exit
UNTOUCHED = 8           # look at one in so many pages that nobody has touched

NO_RANGE = {Op.MMAP: (0, 0, 0), Op.MUNMAP: (0, 0), Op.MPROTECT: (1, 0, 0),
            Op.MADVISE: (1, 0, 0)}


def readable(memory):
    """(address, bytes) of the runs of known pages that the process may
    read."""
    found = []
    for number, page in memory.known():
        if not page.rights & R or page.zeros and not page.loaded \
                and number % UNTOUCHED:
            continue
        va = number * PAGE
        if found and sum(found[-1]) == va and found[-1][1] < 16 * PAGE:
            found[-1] = (found[-1][0], found[-1][1] + PAGE)
        elif memory.hogged == 0 or va < memory.hogged:
            found.append((va, PAGE))
    return found


def end_process(world, post, process, status):
    """A process has ended. If it had all memory, wait until it has dropped
    that: others may see its end before."""
    had_all = world.hog == process.role
    world.end(process, status)
    most, end = len(process.memory.pages), time.monotonic() + SETTLE_SECONDS
    while had_all and post.figures()["free"] < most // 2 \
            and time.monotonic() < end:
        time.sleep(0.002)


def check_calls(stage):
    """Check that the kernel has the calls that map memory."""
    for op, arguments in NO_RANGE.items():
        result, = stage.ask((op, *arguments))
        if result == -ENOSYS:
            raise Wrong(f"{op.name.lower()}() fails with {name_of(result)}")


def of_this(world):
    """The bytes that these processes were promised."""
    return sum(bool(page.rights & W) for process in world.alive()
               for page in process.memory.pages.values()) * PAGE


def check_promised(stage, world):
    """Compare the sum with the kernel's, unless a process has ended, which
    counts until it is gone, or memory is short, since reading /proc takes
    some."""
    if not stage.kernel.maps or world.orphaned or world.is_short \
            or len(world.alive()) < len(world.processes):
        return
    wanted = stage.promised + of_this(world)
    found, = stage.ask((Op.PROMISED,))
    if found != wanted:
        raise Wrong(f"all programs together were promised {found >> 10} KiB "
                    f"of memory, not {wanted >> 10}")
