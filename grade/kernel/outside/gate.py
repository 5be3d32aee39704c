"""grade/kernel/outside/gate.py: whether fork shares anything at all.

Most mistakes with copy-on-write cannot happen where every page is copied. So a
kernel that copies them all would pass nearly all tests before any work is
done."""

import tempfile

from grade.kernel.outside.probe import HEAP_PAGES, Probe, build_probe
from grade.machine.guest import GuestFailed, Log
from grade.machine.host.build import UserError
from grade.machine.qmp import MonitorLost

NOTHING_SHARED = ("fork shares no page between parent and child, or hardly "
                  "one, so this was not tried")


def shares_nothing(config, logs):
    """True if fork works and gives the child different frames for most pages
    of the heap. If that cannot be found out, the tests will show why."""
    log = Log(logs, "gate")
    try:
        with tempfile.TemporaryDirectory(prefix="calf-") as folder, \
                Probe(config, log, build_probe(config, folder, log)) as probe:
            probe.do(1, "fork", 2)
            seen = probe.look()
            vas = [seen[1].heap(index) for index in range(HEAP_PAGES)]
            return 2 * sum(seen[1].frame(va) == seen[2].frame(va)
                           for va in vas) < HEAP_PAGES
    except (GuestFailed, MonitorLost, UserError):
        return False
    finally:
        log.end(keep=False)
