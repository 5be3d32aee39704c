"""grade/kernel/outside/filling.py: find out whether the kernel fills the
frames that it frees. Many kernels do so to catch a use after free, but it
costs as much as a copy."""

import tempfile

from grade.kernel.outside.probe import (
    HEAP_PAGES, PAGE, PARENT, Probe, build_probe)
from grade.machine.guest import GuestFailed, Log
from grade.machine.host.build import UserError

LINKS_MAX = 256         # bytes of a free frame that its list may use


def fills_frames(config, logs):
    """True if most frames of a heap that was freed are overwritten at
    once."""
    log = Log(logs, "filling")
    try:
        with tempfile.TemporaryDirectory(prefix="calf-") as folder, \
                Probe(config, log, build_probe(config, folder, log)) as probe:
            view = probe.look()[PARENT]
            frames = [view.frame(view.heap(index))
                      for index in range(HEAP_PAGES)]
            before = [probe.frame_bytes(pa) for pa in frames]
            probe.do(PARENT, "sbrk", -HEAP_PAGES * PAGE)
            after = [probe.frame_bytes(pa) for pa in frames]
            return 2 * sum(map(is_filled, before, after)) > HEAP_PAGES
    except (GuestFailed, UserError):
        return False
    finally:
        log.end(keep=False)


def is_filled(before, after):
    changed = sum(old != new for old, new in zip(before, after))
    return changed > LINKS_MAX
