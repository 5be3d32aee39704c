"""grade/tools/bench/lock_waits.py: count for which locks harts wait when they
fork at the same time."""

import re
from collections import Counter

from grade.machine.guest import Log, run_script
from grade.machine.host.build import build
from grade.machine.qemu import Machine
from grade.machine.shared_boots import BOOT_ARGS
from grade.tools.bench.kernels import FOLDER
from grade.tools.bench.measure import SECONDS, script_item

HARTS = (2, 4, 8)
LINE = re.compile(r"^waited (\d+) times for (.+)$", re.MULTILINE)


def measure_locks(say):
    """The number of waits, by number of harts and name of the lock. Only a
    DEBUG build counts them."""
    config = build("DEBUG=1")
    return {str(harts): waits(config, harts, say) for harts in HARTS}


def waits(config, harts, say):
    say(f"lock waits at {harts} harts")
    log = Log(FOLDER / "logs", f"locks-{harts}")
    run_script(config, Machine(cpus=harts, args=BOOT_ARGS), log, SECONDS,
               script_item(f"cowbench parallel:{harts}\n"
                           "echo locks >/dev/vmstat"))
    found = Counter()
    for times, name in LINE.findall(log.text()):
        found[name] += int(times)
    log.end(keep=not found)
    return dict(found.most_common())
